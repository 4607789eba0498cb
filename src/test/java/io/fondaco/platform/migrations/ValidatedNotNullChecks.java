package io.fondaco.platform.migrations;

import io.fondaco.platform.migrations.SqlScript.SqlStatement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the columns that migrations have proven to contain no null, by a {@code CHECK (column IS NOT NULL)} that was
 * added and then validated.
 */
final class ValidatedNotNullChecks {
    private ValidatedNotNullChecks() {}

    /** @return {@code schema.table.column} of each proven column */
    static Set<String> notNull(List<String> migrations) {
        Map<String, String> checked = new HashMap<>();
        Set<String> proven = new HashSet<>();
        for (String migration : migrations) {
            for (SqlStatement sqlStatement : SqlScript.parse(migration).statements()) {
                TokenStream tokenStream = new TokenStream(sqlStatement.tokens());
                if (tokenStream.accept("ALTER", "TABLE")) {
                    String table = tokenStream.name();
                    tokenStream.splitByComma().forEach(action -> track(table, action, checked, proven));
                }
            }
        }
        return proven;
    }

    private static void track(String table, TokenStream action, Map<String, String> checked, Set<String> proven) {
        if (action.accept("ADD", "CONSTRAINT")) {
            String constraint = table + "." + action.name();
            if (action.accept("CHECK", "(")) {
                String column = table + "." + action.name();
                if (action.accept("IS", "NOT", "NULL", ")")) {
                    checked.put(constraint, column);
                }
            }
        } else if (action.accept("VALIDATE", "CONSTRAINT")) {
            String column = checked.get(table + "." + action.name());
            if (column != null) {
                proven.add(column);
            }
        }
    }
}
