package io.fondaco.platform.migrations;

/**
 * A violation of a lint rule by a migration.
 *
 * @param statement the text of the statement
 */
record LintFinding(LintRule rule, String statement) {
    /** The rules of {@code docs/migrations.md}. */
    enum LintRule {
        UNKNOWN("not known to be safe; teach the lint, or allow it with a reason"),
        INDEX_LOCKS(
                "an index on an existing table must be created and dropped CONCURRENTLY, else it blocks all writes"),
        INDEX_NOT_REPEATABLE(
                "create one named index per migration, after DROP INDEX CONCURRENTLY IF EXISTS of the same index:"
                        + " an interrupted attempt leaves an invalid index and is retried"),
        MIXED_TRANSACTION("CONCURRENTLY needs a migration without a transaction, and therefore a file of its own"),
        REWRITE("rewrites the whole table under a lock: add another column, fill it in batches, switch over"),
        NOT_NULL_WITHOUT_DEFAULT("existing rows have no value, and the previous release inserts none: add a DEFAULT"),
        VOLATILE_DEFAULT("a default that differs from row to row rewrites the table; only constants and now() do not"),
        COLUMN_CONSTRAINT(
                "checks every row under a lock: add the constraint NOT VALID, and validate it in a later migration"),
        CONSTRAINT_SCANS("checks every row under a lock: add it named and NOT VALID, then VALIDATE CONSTRAINT in a"
                + " later migration; UNIQUE only USING INDEX"),
        VALIDATED_UNDER_LOCK(
                "VALIDATE CONSTRAINT takes long, so no other lock may be held: use a migration of its own"),
        NOT_NULL_SCANS(
                "reads the whole table under a lock, unless an earlier migration has validated CHECK (… IS NOT NULL)"),
        CONTRACT("the previous release still uses it; once it does not, mark it: -- contract of <that release>: why"),
        SEVERAL_TABLES(
                "the transaction holds one table's lock while it waits for another's: change one table per migration"),
        DATA_CHANGE("locks rows or a table for its whole duration: use a job in batches, or a file of its own,"
                + " allowed with a reason"),
        OWN_LIMITS("the migration runner sets timeouts and transactions");

        private final String advice;

        LintRule(String advice) {
            this.advice = advice;
        }

        String advice() {
            return advice;
        }
    }

    @Override
    public String toString() {
        return "%s: %s (%s)".formatted(rule, statement, rule.advice());
    }
}
