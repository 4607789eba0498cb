package io.fondaco.platform.migrations;

import io.fondaco.platform.migrations.SqlScript.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which columns migrations have proven to hold no null: by {@code CHECK (column IS NOT NULL)}, added and then validated. */
final class ValidatedChecks {
    private ValidatedChecks() {}

    /** @return {@code schema.table.column} of each */
    static Set<String> notNull(List<String> migrations) {
        Map<String, String> checked = new HashMap<>();
        Set<String> proven = new HashSet<>();
        for (String migration : migrations) {
            for (Statement statement : SqlScript.parse(migration).statements()) {
                Words words = new Words(statement.tokens());
                if (words.accept("ALTER", "TABLE")) {
                    String table = words.name();
                    words.parts().forEach(action -> follow(table, action, checked, proven));
                }
            }
        }
        return proven;
    }

    private static void follow(String table, Words action, Map<String, String> checked, Set<String> proven) {
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
