package io.fondaco.platform.migrations;

/**
 * What a migration must not do.
 *
 * @param statement in the migration's own words
 */
record LintFinding(LintRule rule, String statement) {
    /** The rules of {@code docs/migrations.md}. */
    enum LintRule {
        UNKNOWN("not known to be safe; teach the lint, or allow it with a reason"),
        INDEX_LOCKS(
                "an index on a table that is there is made, and dropped, CONCURRENTLY: else nobody writes meanwhile"),
        INDEX_NOT_REPEATABLE(
                "one index a migration, named, begun by DROP INDEX CONCURRENTLY IF EXISTS of the same: what broke off"
                        + " half-way leaves an invalid one, and is tried again"),
        MIXED_TRANSACTION("what runs CONCURRENTLY runs without a transaction, and so alone"),
        REWRITE("rewrites the whole table under a lock: add another column, fill it in batches, switch over"),
        NOT_NULL_WITHOUT_DEFAULT(
                "rows that are there would have no value, and the release before gives none: add a DEFAULT"),
        VOLATILE_DEFAULT("a default that differs from row to row rewrites the table; only constants and now() do not"),
        COLUMN_CONSTRAINT(
                "checks every row under a lock: add the constraint NOT VALID, and validate it in a later migration"),
        CONSTRAINT_SCANS(
                "checks every row under a lock: named and NOT VALID, then VALIDATE CONSTRAINT in a later migration;"
                        + " UNIQUE only USING INDEX"),
        VALIDATED_UNDER_LOCK("VALIDATE CONSTRAINT takes long, so no other lock may be held: in a migration of its own"),
        NOT_NULL_SCANS(
                "reads the whole table under a lock, unless an earlier migration has validated CHECK (… IS NOT NULL)"),
        CONTRACT("the release before still uses it; once it does not: -- contract of <that release>: why"),
        SEVERAL_TABLES("a transaction that holds one table's lock while it waits for another's: one table a migration"),
        DATA_CHANGE(
                "holds rows, or a table, for as long as it takes: a job in batches, or alone and allowed with a reason"),
        OWN_LIMITS("how long locks are waited for is the runner's to say, and transactions are");

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
