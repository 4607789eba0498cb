package io.fondaco.platform.migrations;

import io.fondaco.platform.migrations.Finding.Rule;
import io.fondaco.platform.migrations.SqlScript.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one migration and says what of it is unsafe while the shop is open and pods of the release before are at work. What it
 * does not know it refuses, so a gap in its knowledge costs a remark and never an outage.
 *
 * <p>Not by a parser: of those on Maven Central that the JVM could use, JSqlParser 5.3 refuses {@code CREATE INDEX CONCURRENTLY},
 * {@code DROP INDEX CONCURRENTLY}, {@code NOT VALID} and 14 of the first 31 migrations of this shop, and there is no
 * maintained binding of Postgres' own. The words of SQL are easily told apart ({@link SqlScript}), and few statements are wanted.
 */
final class DdlLint {
    private static final Pattern ALLOWED = Pattern.compile("lint allows ([A-Z_]+): \\S.*");
    private static final Pattern CONTRACT = Pattern.compile("contract of ([0-9]+\\.[0-9]+\\.[0-9]+): \\S.*");
    private static final Set<String> SERIALS = Set.of("SERIAL", "BIGSERIAL", "SMALLSERIAL");

    private final Predicate<String> releasedBefore;
    private final Set<String> provenNotNull;
    private final Set<String> made = new HashSet<>();
    private final Set<String> locked = new TreeSet<>();
    private final Set<String> allowedAnywhere = new HashSet<>();
    private final Set<String> droppedIndexes = new HashSet<>();
    private final List<Finding> findings = new ArrayList<>();
    private final List<Finding> ofStatement = new ArrayList<>();
    private String contract = "";
    private int indexes;
    private int concurrent;
    private int validations;
    private int changes;

    private DdlLint(Predicate<String> releasedBefore, Set<String> provenNotNull) {
        this.releasedBefore = releasedBefore;
        this.provenNotNull = provenNotNull;
    }

    /**
     * @param releasedBefore whether a version was released before the one that this migration belongs to
     * @param earlier the module's migrations before this one
     */
    static List<Finding> check(String sql, Predicate<String> releasedBefore, List<String> earlier) {
        DdlLint lint = new DdlLint(releasedBefore, ValidatedChecks.notNull(earlier));
        List<Statement> statements = SqlScript.parse(sql).statements();
        statements.forEach(lint::statement);
        lint.whole(statements.size());
        return List.copyOf(lint.findings);
    }

    private void statement(Statement statement) {
        Set<String> allowed = new HashSet<>();
        contract = "";
        for (String remark : statement.remarks()) {
            Matcher allows = ALLOWED.matcher(remark);
            Matcher contracts = CONTRACT.matcher(remark);
            if (allows.matches()) {
                allowed.add(allows.group(1));
            } else if (contracts.matches()) {
                contract = contracts.group(1);
            }
        }
        allowedAnywhere.addAll(allowed);
        ofStatement.clear();
        Words words = new Words(statement.tokens());
        dispatch(words);
        ofStatement.stream()
                .filter(finding -> !allowed.contains(finding.rule().name()))
                .forEach(findings::add);
    }

    private void dispatch(Words words) {
        if (words.accept("CREATE")) {
            create(words);
        } else if (words.accept("ALTER", "TABLE")) {
            alterTable(words);
        } else if (words.accept("DROP")) {
            drop(words);
        } else if (words.accept("INSERT", "INTO")) {
            if (!made.contains(words.name()) && words.has("SELECT")) {
                changes++;
            }
        } else if (words.accept("UPDATE") || words.accept("DELETE", "FROM")) {
            words.accept("ONLY");
            change(words);
        } else if (words.accept("TRUNCATE") || words.accept("MERGE") || words.accept("LOCK") || words.accept("COPY")) {
            find(Rule.DATA_CHANGE, words);
        } else if (words.accept("SET")
                || words.accept("RESET")
                || words.accept("BEGIN")
                || words.accept("COMMIT")
                || words.accept("ROLLBACK")) {
            find(Rule.OWN_LIMITS, words);
        } else if (!words.accept("COMMENT", "ON") && !words.accept("GRANT") && !words.accept("REVOKE")) {
            find(Rule.UNKNOWN, words);
        }
    }

    private void change(Words words) {
        if (!made.contains(words.name())) {
            changes++;
            find(Rule.DATA_CHANGE, words);
        }
    }

    private void create(Words words) {
        words.accept("OR", "REPLACE");
        if (words.accept("TABLE")) {
            createTable(words);
        } else if (words.accept("UNIQUE", "INDEX") || words.accept("INDEX")) {
            createIndex(words);
        } else if (words.accept("TRIGGER") || words.accept("CONSTRAINT", "TRIGGER")) {
            lock(words.behind("ON").name());
        } else if (!words.accept("FUNCTION")
                && !words.accept("SEQUENCE")
                && !words.accept("TYPE")
                && !words.accept("VIEW")
                && !words.accept("EXTENSION")) {
            find(Rule.UNKNOWN, words);
        }
    }

    private void createTable(Words words) {
        words.accept("IF", "NOT", "EXISTS");
        String table = words.name();
        if (words.accept("PARTITION", "OF") && !made.contains(words.name())) {
            // Locks the parent altogether; ATTACH PARTITION does not.
            find(Rule.UNKNOWN, words);
        }
        made.add(table);
    }

    private void createIndex(Words words) {
        boolean concurrently = words.accept("CONCURRENTLY");
        boolean skips = words.accept("IF", "NOT", "EXISTS");
        String index = words.isNext("ON") ? "" : words.name();
        words.accept("ON");
        words.accept("ONLY");
        String table = words.name();
        if (concurrently) {
            concurrent++;
            indexes++;
            String schema = table.contains(".") ? table.substring(0, table.indexOf('.') + 1) : "";
            if (skips || index.isEmpty() || indexes > 1 || !droppedIndexes.contains(schema + index)) {
                find(Rule.INDEX_NOT_REPEATABLE, words);
            }
        } else if (!made.contains(table)) {
            find(Rule.INDEX_LOCKS, words);
        }
    }

    private void drop(Words words) {
        if (words.accept("INDEX")) {
            if (words.accept("CONCURRENTLY")) {
                concurrent++;
                words.accept("IF", "EXISTS");
                droppedIndexes.add(words.name());
            } else {
                find(Rule.INDEX_LOCKS, words);
            }
        } else {
            contract(words);
        }
    }

    /** What the release before may still use. */
    private void contract(Words words) {
        if (contract.isEmpty() || !releasedBefore.test(contract)) {
            find(Rule.CONTRACT, words);
        }
    }

    private void alterTable(Words words) {
        words.accept("IF", "EXISTS");
        words.accept("ONLY");
        String table = words.name();
        if (made.contains(table)) {
            return;
        }
        List<Words> actions = words.parts();
        if (actions.stream().allMatch(action -> action.isNext("VALIDATE"))) {
            validations += actions.size();
            return;
        }
        lock(table);
        Set<String> added = new HashSet<>();
        for (Words action : words.parts()) {
            if (action.accept("ADD", "CONSTRAINT")) {
                added.add(action.name());
            }
        }
        actions.forEach(action -> action(table, action, added));
    }

    private void action(String table, Words action, Set<String> added) {
        if (action.accept("ADD", "CONSTRAINT")) {
            addConstraint(action);
        } else if (action.isNext("ADD")) {
            action.accept("ADD");
            add(action);
        } else if (action.isNext("VALIDATE")) {
            find(Rule.VALIDATED_UNDER_LOCK, action);
        } else if (action.accept("ALTER")) {
            alterColumn(table, action);
        } else if (action.accept("DROP", "CONSTRAINT")) {
            action.accept("IF", "EXISTS");
            if (!added.contains(action.name())) {
                contract(action);
            }
        } else if (action.accept("DROP") || action.accept("RENAME")) {
            contract(action);
        } else if (!action.accept("SET", "(")
                && !action.accept("RESET", "(")
                && !action.accept("ATTACH", "PARTITION")) {
            find(Rule.UNKNOWN, action);
        }
    }

    private void addConstraint(Words action) {
        action.name();
        boolean byIndex = action.accept("UNIQUE", "USING", "INDEX");
        if (!byIndex && !action.endsWith("NOT", "VALID")) {
            find(Rule.CONSTRAINT_SCANS, action);
        }
    }

    private void add(Words action) {
        if (action.isNext("CHECK")
                || action.isNext("FOREIGN")
                || action.isNext("UNIQUE")
                || action.isNext("PRIMARY")
                || action.isNext("EXCLUDE")
                || action.isNext("NOT")) {
            find(Rule.CONSTRAINT_SCANS, action);
            return;
        }
        action.accept("COLUMN");
        action.accept("IF", "NOT", "EXISTS");
        action.name();
        addColumn(action);
    }

    private void addColumn(Words type) {
        boolean hasDefault = type.has("DEFAULT");
        if (SERIALS.stream().anyMatch(type::isNext) || type.has("GENERATED")) {
            find(Rule.REWRITE, type);
        }
        if (type.has("CHECK") || type.has("REFERENCES") || type.has("UNIQUE") || type.has("PRIMARY", "KEY")) {
            find(Rule.COLUMN_CONSTRAINT, type);
        }
        if (hasDefault && !type.behind("DEFAULT").isConstant()) {
            find(Rule.VOLATILE_DEFAULT, type);
        }
        if (type.has("NOT", "NULL") && (!hasDefault || type.behind("DEFAULT").isNext("NULL"))) {
            find(Rule.NOT_NULL_WITHOUT_DEFAULT, type);
        }
    }

    private void alterColumn(String table, Words action) {
        action.accept("COLUMN");
        String column = action.name();
        if (action.accept("SET", "NOT", "NULL")) {
            if (!provenNotNull.contains(table + "." + column)) {
                find(Rule.NOT_NULL_SCANS, action);
            }
        } else if (action.accept("TYPE")
                || action.accept("SET", "DATA", "TYPE")
                || action.accept("SET", "EXPRESSION")
                || action.accept("ADD", "GENERATED")) {
            find(Rule.REWRITE, action);
        } else if (action.accept("DROP", "NOT", "NULL")
                || action.accept("SET", "DEFAULT")
                || action.accept("SET", "STATISTICS")
                || action.accept("SET", "STORAGE")
                || action.accept("SET", "(")) {
            return;
        } else if (action.accept("DROP")) {
            contract(action);
        } else {
            find(Rule.UNKNOWN, action);
        }
    }

    private void lock(String table) {
        if (!made.contains(table)) {
            locked.add(table);
        }
    }

    /** What no single statement shows. */
    private void whole(int statements) {
        if (locked.size() > 1) {
            findOfWhole(Rule.SEVERAL_TABLES, locked.toString());
        }
        if (concurrent > 0 && concurrent < statements) {
            findOfWhole(Rule.MIXED_TRANSACTION, "%d of %d statements".formatted(concurrent, statements));
        }
        if (validations > 0 && !locked.isEmpty()) {
            findOfWhole(Rule.VALIDATED_UNDER_LOCK, "beside what locks " + locked);
        }
        if (changes > 0 && !locked.isEmpty()) {
            findOfWhole(Rule.DATA_CHANGE, "under the lock of " + locked);
        }
    }

    private void findOfWhole(Rule rule, String what) {
        if (!allowedAnywhere.contains(rule.name())) {
            findings.add(new Finding(rule, what));
        }
    }

    private void find(Rule rule, Words words) {
        ofStatement.add(new Finding(rule, words.toString()));
    }
}
