package io.fondaco.platform.migrations;

import io.fondaco.platform.migrations.LintFinding.LintRule;
import io.fondaco.platform.migrations.SqlScript.SqlStatement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one migration and reports statements that are unsafe while the shop is open and pods of the previous release
 * still run. It refuses statements that it does not know, so a gap in its knowledge causes a finding and never an
 * outage.
 *
 * <p>It does not use a parser: JSqlParser 5.3, one of those for the JVM on Maven Central, rejects
 * {@code CREATE INDEX CONCURRENTLY}, {@code DROP INDEX CONCURRENTLY}, {@code NOT VALID} and 14 of the first 31
 * migrations of this shop, and there is no maintained binding of Postgres' own parser. Tokens are easy to separate
 * ({@link SqlScript}), and few statements are needed.
 */
final class DdlLint {
    private static final Pattern ALLOW_COMMENT = Pattern.compile("lint allows ([A-Z_]+): \\S.*");
    private static final Pattern CONTRACT_COMMENT = Pattern.compile("contract of ([0-9]+\\.[0-9]+\\.[0-9]+): \\S.*");
    private static final Set<String> SERIALS = Set.of("SERIAL", "BIGSERIAL", "SMALLSERIAL");

    private final Predicate<String> releasedBefore;
    private final Set<String> provenNotNull;
    private final Set<String> createdTables = new HashSet<>();
    private final Set<String> lockedTables = new TreeSet<>();
    private final Set<String> rulesAllowedInScript = new HashSet<>();
    private final Set<String> droppedIndexes = new HashSet<>();
    private final List<LintFinding> findings = new ArrayList<>();
    private final List<LintFinding> statementFindings = new ArrayList<>();
    private String contractRelease = "";
    private int indexes;
    private int concurrentStatements;
    private int validatedConstraints;
    private int dataChanges;

    private DdlLint(Predicate<String> releasedBefore, Set<String> provenNotNull) {
        this.releasedBefore = releasedBefore;
        this.provenNotNull = provenNotNull;
    }

    /**
     * @param releasedBefore whether a version was released before the version of this migration
     * @param earlier the module's migrations before this one
     */
    static List<LintFinding> check(String sql, Predicate<String> releasedBefore, List<String> earlier) {
        DdlLint lint = new DdlLint(releasedBefore, ValidatedNotNullChecks.notNull(earlier));
        List<SqlStatement> statements = SqlScript.parse(sql).statements();
        statements.forEach(lint::lintStatement);
        lint.checkScript(statements.size());
        return List.copyOf(lint.findings);
    }

    private void lintStatement(SqlStatement sqlStatement) {
        Set<String> allowed = new HashSet<>();
        contractRelease = "";
        for (String comment : sqlStatement.comments()) {
            Matcher allows = ALLOW_COMMENT.matcher(comment);
            Matcher contracts = CONTRACT_COMMENT.matcher(comment);
            if (allows.matches()) {
                allowed.add(allows.group(1));
            } else if (contracts.matches()) {
                contractRelease = contracts.group(1);
            }
        }
        rulesAllowedInScript.addAll(allowed);
        statementFindings.clear();
        TokenStream tokenStream = new TokenStream(sqlStatement.tokens());
        checkStatement(tokenStream);
        statementFindings.stream()
                .filter(lintFinding -> !allowed.contains(lintFinding.rule().name()))
                .forEach(findings::add);
    }

    private void checkStatement(TokenStream tokenStream) {
        if (tokenStream.accept("CREATE")) {
            create(tokenStream);
        } else if (tokenStream.accept("ALTER", "TABLE")) {
            alterTable(tokenStream);
        } else if (tokenStream.accept("DROP")) {
            drop(tokenStream);
        } else if (tokenStream.accept("INSERT", "INTO")) {
            if (!createdTables.contains(tokenStream.name()) && tokenStream.contains("SELECT")) {
                dataChanges++;
            }
        } else if (tokenStream.accept("UPDATE") || tokenStream.accept("DELETE", "FROM")) {
            tokenStream.accept("ONLY");
            checkDataChange(tokenStream);
        } else if (tokenStream.accept("TRUNCATE")
                || tokenStream.accept("MERGE")
                || tokenStream.accept("LOCK")
                || tokenStream.accept("COPY")) {
            report(LintRule.DATA_CHANGE, tokenStream);
        } else if (tokenStream.accept("SET")
                || tokenStream.accept("RESET")
                || tokenStream.accept("BEGIN")
                || tokenStream.accept("COMMIT")
                || tokenStream.accept("ROLLBACK")) {
            report(LintRule.OWN_LIMITS, tokenStream);
        } else if (!tokenStream.accept("COMMENT", "ON")
                && !tokenStream.accept("GRANT")
                && !tokenStream.accept("REVOKE")) {
            report(LintRule.UNKNOWN, tokenStream);
        }
    }

    private void checkDataChange(TokenStream tokenStream) {
        if (!createdTables.contains(tokenStream.name())) {
            dataChanges++;
            report(LintRule.DATA_CHANGE, tokenStream);
        }
    }

    private void create(TokenStream tokenStream) {
        tokenStream.accept("OR", "REPLACE");
        if (tokenStream.accept("TABLE")) {
            createTable(tokenStream);
        } else if (tokenStream.accept("UNIQUE", "INDEX") || tokenStream.accept("INDEX")) {
            createIndex(tokenStream);
        } else if (tokenStream.accept("TRIGGER") || tokenStream.accept("CONSTRAINT", "TRIGGER")) {
            recordLock(tokenStream.after("ON").name());
        } else if (!tokenStream.accept("FUNCTION")
                && !tokenStream.accept("SEQUENCE")
                && !tokenStream.accept("TYPE")
                && !tokenStream.accept("VIEW")
                && !tokenStream.accept("EXTENSION")) {
            report(LintRule.UNKNOWN, tokenStream);
        }
    }

    private void createTable(TokenStream tokenStream) {
        tokenStream.accept("IF", "NOT", "EXISTS");
        String table = tokenStream.name();
        if (tokenStream.accept("PARTITION", "OF") && !createdTables.contains(tokenStream.name())) {
            // This takes an exclusive lock on the parent table; ATTACH PARTITION does not.
            report(LintRule.UNKNOWN, tokenStream);
        }
        createdTables.add(table);
    }

    private void createIndex(TokenStream tokenStream) {
        boolean concurrently = tokenStream.accept("CONCURRENTLY");
        boolean skips = tokenStream.accept("IF", "NOT", "EXISTS");
        String index = tokenStream.isNext("ON") ? "" : tokenStream.name();
        tokenStream.accept("ON");
        tokenStream.accept("ONLY");
        String table = tokenStream.name();
        if (concurrently) {
            concurrentStatements++;
            indexes++;
            String schema = table.contains(".") ? table.substring(0, table.indexOf('.') + 1) : "";
            if (skips || index.isEmpty() || indexes > 1 || !droppedIndexes.contains(schema + index)) {
                report(LintRule.INDEX_NOT_REPEATABLE, tokenStream);
            }
        } else if (!createdTables.contains(table)) {
            report(LintRule.INDEX_LOCKS, tokenStream);
        }
    }

    private void drop(TokenStream tokenStream) {
        if (tokenStream.accept("INDEX")) {
            if (tokenStream.accept("CONCURRENTLY")) {
                concurrentStatements++;
                tokenStream.accept("IF", "EXISTS");
                droppedIndexes.add(tokenStream.name());
            } else {
                report(LintRule.INDEX_LOCKS, tokenStream);
            }
        } else {
            checkContract(tokenStream);
        }
    }

    /** Checks a change that removes something which the previous release may still use. */
    private void checkContract(TokenStream tokenStream) {
        if (contractRelease.isEmpty() || !releasedBefore.test(contractRelease)) {
            report(LintRule.CONTRACT, tokenStream);
        }
    }

    private void alterTable(TokenStream tokenStream) {
        tokenStream.accept("IF", "EXISTS");
        tokenStream.accept("ONLY");
        String table = tokenStream.name();
        if (createdTables.contains(table)) {
            return;
        }
        List<TokenStream> actions = tokenStream.splitByComma();
        if (actions.stream().allMatch(action -> action.isNext("VALIDATE"))) {
            validatedConstraints += actions.size();
            return;
        }
        recordLock(table);
        Set<String> added = new HashSet<>();
        for (TokenStream action : tokenStream.splitByComma()) {
            if (action.accept("ADD", "CONSTRAINT")) {
                added.add(action.name());
            }
        }
        actions.forEach(action -> action(table, action, added));
    }

    private void action(String table, TokenStream action, Set<String> added) {
        if (action.accept("ADD", "CONSTRAINT")) {
            addConstraint(action);
        } else if (action.isNext("ADD")) {
            action.accept("ADD");
            addColumnOrConstraint(action);
        } else if (action.isNext("VALIDATE")) {
            report(LintRule.VALIDATED_UNDER_LOCK, action);
        } else if (action.accept("ALTER")) {
            alterColumn(table, action);
        } else if (action.accept("DROP", "CONSTRAINT")) {
            action.accept("IF", "EXISTS");
            if (!added.contains(action.name())) {
                checkContract(action);
            }
        } else if (action.accept("DROP") || action.accept("RENAME")) {
            checkContract(action);
        } else if (!action.accept("SET", "(")
                && !action.accept("RESET", "(")
                && !action.accept("ATTACH", "PARTITION")) {
            report(LintRule.UNKNOWN, action);
        }
    }

    private void addConstraint(TokenStream action) {
        action.name();
        boolean byIndex = action.accept("UNIQUE", "USING", "INDEX");
        if (!byIndex && !action.endsWith("NOT", "VALID")) {
            report(LintRule.CONSTRAINT_SCANS, action);
        }
    }

    private void addColumnOrConstraint(TokenStream action) {
        if (action.isNext("CHECK")
                || action.isNext("FOREIGN")
                || action.isNext("UNIQUE")
                || action.isNext("PRIMARY")
                || action.isNext("EXCLUDE")
                || action.isNext("NOT")) {
            report(LintRule.CONSTRAINT_SCANS, action);
            return;
        }
        action.accept("COLUMN");
        action.accept("IF", "NOT", "EXISTS");
        action.name();
        addColumn(action);
    }

    private void addColumn(TokenStream type) {
        boolean hasDefault = type.contains("DEFAULT");
        if (SERIALS.stream().anyMatch(type::isNext) || type.contains("GENERATED")) {
            report(LintRule.REWRITE, type);
        }
        if (type.contains("CHECK")
                || type.contains("REFERENCES")
                || type.contains("UNIQUE")
                || type.contains("PRIMARY", "KEY")) {
            report(LintRule.COLUMN_CONSTRAINT, type);
        }
        if (hasDefault && !type.after("DEFAULT").isConstant()) {
            report(LintRule.VOLATILE_DEFAULT, type);
        }
        if (type.contains("NOT", "NULL")
                && (!hasDefault || type.after("DEFAULT").isNext("NULL"))) {
            report(LintRule.NOT_NULL_WITHOUT_DEFAULT, type);
        }
    }

    private void alterColumn(String table, TokenStream action) {
        action.accept("COLUMN");
        String column = action.name();
        if (action.accept("SET", "NOT", "NULL")) {
            if (!provenNotNull.contains(table + "." + column)) {
                report(LintRule.NOT_NULL_SCANS, action);
            }
        } else if (action.accept("TYPE")
                || action.accept("SET", "DATA", "TYPE")
                || action.accept("SET", "EXPRESSION")
                || action.accept("ADD", "GENERATED")) {
            report(LintRule.REWRITE, action);
        } else if (action.accept("DROP", "NOT", "NULL")
                || action.accept("SET", "DEFAULT")
                || action.accept("SET", "STATISTICS")
                || action.accept("SET", "STORAGE")
                || action.accept("SET", "(")) {
            return;
        } else if (action.accept("DROP")) {
            checkContract(action);
        } else {
            report(LintRule.UNKNOWN, action);
        }
    }

    private void recordLock(String table) {
        if (!createdTables.contains(table)) {
            lockedTables.add(table);
        }
    }

    /** Checks rules that span several statements. */
    private void checkScript(int statements) {
        if (lockedTables.size() > 1) {
            reportForScript(LintRule.SEVERAL_TABLES, lockedTables.toString());
        }
        if (concurrentStatements > 0 && concurrentStatements < statements) {
            reportForScript(
                    LintRule.MIXED_TRANSACTION, "%d of %d statements".formatted(concurrentStatements, statements));
        }
        if (validatedConstraints > 0 && !lockedTables.isEmpty()) {
            reportForScript(LintRule.VALIDATED_UNDER_LOCK, "in a script that also locks " + lockedTables);
        }
        if (dataChanges > 0 && !lockedTables.isEmpty()) {
            reportForScript(LintRule.DATA_CHANGE, "while holding locks on " + lockedTables);
        }
    }

    private void reportForScript(LintRule lintRule, String statement) {
        if (!rulesAllowedInScript.contains(lintRule.name())) {
            findings.add(new LintFinding(lintRule, statement));
        }
    }

    private void report(LintRule lintRule, TokenStream tokenStream) {
        statementFindings.add(new LintFinding(lintRule, tokenStream.toString()));
    }
}
