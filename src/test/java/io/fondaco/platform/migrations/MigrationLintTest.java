package io.fondaco.platform.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.platform.migrations.LintFinding.LintRule;
import io.fondaco.platform.migrations.ReleasedMigrations.ReleasedMigration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * No migration locks a table for long, or removes what the previous release still uses. Reads files only. Released
 * migrations are listed with their checksums, must not change, and are not linted. See {@code docs/migrations.md}.
 */
class MigrationLintTest {
    /** An earlier migration that some good examples require. */
    private static final String CHECKED = "ALTER TABLE shop.item ADD CONSTRAINT item_x CHECK (x IS NOT NULL) NOT VALID";

    private record LintExample(LintRule rule, String bad, String good) {}

    private static final List<LintExample> EXAMPLES = List.of(
            new LintExample(LintRule.UNKNOWN, "VACUUM FULL shop.item", "COMMENT ON TABLE shop.item IS 'One'"),
            new LintExample(
                    LintRule.UNKNOWN,
                    "ALTER TABLE shop.item SET SCHEMA other",
                    "ALTER TABLE shop.item SET (fillfactor = 70)"),
            new LintExample(
                    LintRule.UNKNOWN,
                    "CREATE TABLE shop.part PARTITION OF shop.item DEFAULT",
                    "CREATE TABLE shop.log (at date) PARTITION BY RANGE (at); CREATE TABLE shop.part"
                            + " PARTITION OF shop.log DEFAULT"),
            new LintExample(
                    LintRule.UNKNOWN,
                    "SELECT shop.rebuild()",
                    "-- lint allows UNKNOWN: reads one row\nSELECT shop.rebuild()"),
            new LintExample(
                    LintRule.INDEX_LOCKS,
                    "CREATE INDEX item_x ON shop.item (x)",
                    "DROP INDEX CONCURRENTLY IF EXISTS shop.item_x; CREATE INDEX CONCURRENTLY item_x ON shop.item (x)"),
            new LintExample(
                    LintRule.INDEX_LOCKS,
                    "CREATE UNIQUE INDEX ON ONLY shop.item (x)",
                    "CREATE TABLE shop.thing (x int); CREATE UNIQUE INDEX ON shop.thing (x)"),
            new LintExample(
                    LintRule.INDEX_LOCKS, "DROP INDEX shop.item_x", "DROP INDEX CONCURRENTLY IF EXISTS shop.item_x"),
            new LintExample(
                    LintRule.INDEX_NOT_REPEATABLE,
                    "CREATE INDEX CONCURRENTLY item_x ON shop.item (x)",
                    "DROP INDEX CONCURRENTLY IF EXISTS shop.item_x; CREATE UNIQUE INDEX CONCURRENTLY"
                            + " item_x ON shop.item (x)"),
            new LintExample(
                    LintRule.INDEX_NOT_REPEATABLE,
                    "DROP INDEX CONCURRENTLY IF EXISTS shop.item_x; CREATE INDEX CONCURRENTLY IF NOT EXISTS"
                            + " item_x ON shop.item (x)",
                    "DROP INDEX CONCURRENTLY IF EXISTS shop.item_x; CREATE INDEX CONCURRENTLY item_x ON"
                            + " shop.item (lower(x), y)"),
            new LintExample(
                    LintRule.MIXED_TRANSACTION,
                    "CREATE TABLE shop.thing (x int); DROP INDEX CONCURRENTLY shop.item_x",
                    "DROP INDEX CONCURRENTLY shop.item_x; DROP INDEX CONCURRENTLY shop.item_y"),
            new LintExample(
                    LintRule.REWRITE,
                    "ALTER TABLE shop.item ALTER COLUMN x TYPE bigint",
                    "ALTER TABLE shop.item ADD COLUMN x_long bigint"),
            new LintExample(
                    LintRule.REWRITE,
                    "ALTER TABLE shop.item ALTER x SET DATA TYPE text",
                    "ALTER TABLE shop.item ALTER x SET STATISTICS 500"),
            new LintExample(
                    LintRule.REWRITE,
                    "ALTER TABLE shop.item ADD COLUMN n bigserial",
                    "CREATE TABLE shop.thing (n bigserial, m int GENERATED ALWAYS AS (n + 1) STORED)"),
            new LintExample(
                    LintRule.REWRITE,
                    "ALTER TABLE shop.item ADD COLUMN m int GENERATED ALWAYS AS (n + 1) STORED",
                    "ALTER TABLE shop.item ALTER COLUMN m DROP NOT NULL"),
            new LintExample(
                    LintRule.NOT_NULL_WITHOUT_DEFAULT,
                    "ALTER TABLE shop.item ADD COLUMN a text, ADD x int NOT NULL",
                    "ALTER TABLE shop.item ADD COLUMN a text, ADD COLUMN x int NOT NULL DEFAULT 0"),
            new LintExample(
                    LintRule.NOT_NULL_WITHOUT_DEFAULT,
                    "ALTER TABLE shop.item ADD COLUMN x int DEFAULT NULL NOT NULL",
                    "ALTER TABLE shop.item ADD COLUMN x numeric(10, 2) DEFAULT -1 NOT NULL"),
            new LintExample(
                    LintRule.VOLATILE_DEFAULT,
                    "ALTER TABLE shop.item ADD COLUMN id uuid DEFAULT gen_random_uuid()",
                    "ALTER TABLE shop.item ADD COLUMN tags text[] NOT NULL DEFAULT '{}'::text[]"),
            new LintExample(
                    LintRule.VOLATILE_DEFAULT,
                    "ALTER TABLE shop.item ADD COLUMN at timestamptz DEFAULT now() + random() * interval '1 day'",
                    "ALTER TABLE shop.item ADD COLUMN at timestamptz NOT NULL DEFAULT now()"),
            new LintExample(
                    LintRule.VOLATILE_DEFAULT,
                    "ALTER TABLE shop.item ADD COLUMN at timestamptz DEFAULT clock_timestamp()",
                    "ALTER TABLE shop.item ALTER COLUMN at SET DEFAULT clock_timestamp()"),
            new LintExample(
                    LintRule.COLUMN_CONSTRAINT,
                    "ALTER TABLE shop.item ADD COLUMN x int CHECK (x > 0)",
                    "ALTER TABLE shop.item ADD COLUMN x int, ADD CONSTRAINT item_x CHECK (x > 0) NOT VALID"),
            new LintExample(
                    LintRule.COLUMN_CONSTRAINT,
                    "ALTER TABLE shop.item ADD COLUMN x int REFERENCES shop.thing",
                    "CREATE TABLE shop.other (x int REFERENCES shop.thing)"),
            new LintExample(
                    LintRule.CONSTRAINT_SCANS,
                    "ALTER TABLE shop.item ADD CONSTRAINT item_x CHECK (x > 0)",
                    "ALTER TABLE shop.item DROP CONSTRAINT item_x, ADD CONSTRAINT item_x CHECK (x > 0) NOT VALID"),
            new LintExample(
                    LintRule.CONSTRAINT_SCANS,
                    "ALTER TABLE shop.item ADD CONSTRAINT item_x FOREIGN KEY (x) REFERENCES shop.thing (x)",
                    "ALTER TABLE shop.item ADD CONSTRAINT item_x FOREIGN KEY (x) REFERENCES shop.thing (x) NOT VALID"),
            new LintExample(
                    LintRule.CONSTRAINT_SCANS,
                    "ALTER TABLE shop.item ADD CONSTRAINT item_x UNIQUE (x)",
                    "ALTER TABLE shop.item ADD CONSTRAINT item_x UNIQUE USING INDEX item_x"),
            new LintExample(LintRule.CONSTRAINT_SCANS, "ALTER TABLE shop.item ADD CHECK (x > 0) NOT VALID", CHECKED),
            new LintExample(
                    LintRule.VALIDATED_UNDER_LOCK,
                    CHECKED + "; ALTER TABLE shop.item VALIDATE CONSTRAINT item_x",
                    "ALTER TABLE shop.item VALIDATE CONSTRAINT item_x"),
            new LintExample(
                    LintRule.VALIDATED_UNDER_LOCK,
                    "ALTER TABLE shop.item VALIDATE CONSTRAINT item_x, ADD COLUMN y int",
                    "ALTER TABLE shop.item VALIDATE CONSTRAINT item_x, VALIDATE CONSTRAINT item_y"),
            new LintExample(
                    LintRule.NOT_NULL_SCANS,
                    "ALTER TABLE shop.item ALTER COLUMN y SET NOT NULL",
                    "ALTER TABLE shop.item ALTER COLUMN x SET NOT NULL"),
            new LintExample(
                    LintRule.CONTRACT,
                    "ALTER TABLE shop.item DROP COLUMN x",
                    "-- contract of 1.1.0: nobody reads it since\nALTER TABLE shop.item DROP COLUMN x"),
            new LintExample(
                    LintRule.CONTRACT,
                    "-- contract of 1.2.0: released with this one\nALTER TABLE shop.item RENAME COLUMN x TO y",
                    "-- contract of 1.1.0: nobody has the old name\nALTER TABLE shop.item RENAME COLUMN x TO y"),
            new LintExample(
                    LintRule.CONTRACT,
                    "DROP TABLE shop.item",
                    "-- contract of 1.1.9: nobody reads it since\nDROP TABLE shop.item"),
            new LintExample(
                    LintRule.CONTRACT,
                    "-- contract of 1.1.0:\nALTER TABLE shop.item RENAME TO thing",
                    "-- contract of 1.1.0: a view has its name\nALTER TABLE shop.item RENAME TO thing"),
            new LintExample(
                    LintRule.CONTRACT,
                    "ALTER TABLE shop.item DROP CONSTRAINT item_x",
                    "ALTER TABLE shop.item DROP CONSTRAINT item_x, ADD CONSTRAINT item_x CHECK (x > 1) NOT VALID"),
            new LintExample(
                    LintRule.CONTRACT,
                    "DROP TRIGGER item_changed ON shop.item",
                    "CREATE TRIGGER item_changed AFTER UPDATE ON shop.item FOR EACH ROW EXECUTE FUNCTION shop.f()"),
            new LintExample(
                    LintRule.SEVERAL_TABLES,
                    "ALTER TABLE shop.item ADD COLUMN x int; ALTER TABLE shop.\"order\" ADD COLUMN x int",
                    "CREATE TABLE shop.thing (x int); ALTER TABLE shop.thing ADD y int; ALTER TABLE"
                            + " shop.item ADD COLUMN x int"),
            new LintExample(
                    LintRule.SEVERAL_TABLES,
                    "ALTER TABLE shop.item ADD COLUMN x int; CREATE TRIGGER t AFTER UPDATE ON shop.thing"
                            + " FOR EACH ROW EXECUTE FUNCTION shop.f()",
                    "ALTER TABLE shop.item ADD COLUMN x int; CREATE TRIGGER t AFTER UPDATE ON shop.item"
                            + " FOR EACH ROW EXECUTE FUNCTION shop.f()"),
            new LintExample(
                    LintRule.DATA_CHANGE,
                    "UPDATE shop.item SET x = 1",
                    "-- lint allows DATA_CHANGE: some dozen rows, that only staff writes\nUPDATE shop.item SET x = 1"),
            new LintExample(
                    LintRule.DATA_CHANGE,
                    "ALTER TABLE shop.item ADD COLUMN x int; INSERT INTO shop.thing SELECT x FROM shop.item",
                    "CREATE TABLE shop.copy (x int); INSERT INTO shop.copy SELECT x FROM shop.item; DELETE"
                            + " FROM shop.copy"),
            new LintExample(LintRule.DATA_CHANGE, "TRUNCATE shop.item", "INSERT INTO shop.item VALUES (1)"),
            new LintExample(LintRule.OWN_LIMITS, "SET lock_timeout = '10min'", "REVOKE ALL ON shop.item FROM PUBLIC"),
            new LintExample(LintRule.OWN_LIMITS, "BEGIN; COMMIT", "GRANT SELECT ON shop.item TO reader"));

    @Test
    void unreleasedMigrationsAreSafe() {
        Map<String, List<LintFinding>> unsafe = new TreeMap<>();
        Set<String> released = ReleasedMigrations.released().stream()
                .map(ReleasedMigration::file)
                .collect(Collectors.toSet());
        Map<String, List<String>> earlier = new TreeMap<>();
        ReleasedMigrations.all().forEach((file, sql) -> {
            List<String> before = earlier.computeIfAbsent(file.substring(0, file.indexOf('/')), _ -> new ArrayList<>());
            List<LintFinding> findings = DdlLint.check(sql, MigrationLintTest::releasedBefore, before);
            // A module's first migration creates its schema, which no pod uses yet.
            boolean createsSchema = before.isEmpty();
            if (!createsSchema && !released.contains(file) && !findings.isEmpty()) {
                unsafe.put(file, findings);
            }
            before.add(sql);
        });
        assertThat(unsafe)
                .as("findings in new migrations; see docs/migrations.md")
                .isEmpty();
    }

    private static boolean releasedBefore(String version) {
        return ReleasedMigrations.isBefore(version, ReleasedMigrations.version())
                && ReleasedMigrations.released().stream()
                        .anyMatch(
                                releasedMigration -> releasedMigration.release().equals(version));
    }

    @Test
    void releasedMigrationsAreNeverChanged() {
        Map<String, String> all = ReleasedMigrations.all();
        Map<String, String> now = new TreeMap<>();
        Map<String, String> then = new TreeMap<>();
        for (ReleasedMigration releasedMigration : ReleasedMigrations.released()) {
            then.put(releasedMigration.file(), releasedMigration.checksum());
            now.put(
                    releasedMigration.file(),
                    all.containsKey(releasedMigration.file())
                            ? ReleasedMigrations.checksum(all.get(releasedMigration.file()))
                            : "missing");
        }
        assertThat(now).isEqualTo(then);
    }

    @Test
    void eachModuleNumbersItsMigrationsWithoutGaps() {
        Map<String, List<Integer>> numbers = new TreeMap<>();
        for (String file : ReleasedMigrations.all().keySet()) {
            assertThat(file).matches("[a-z]+/V[1-9][0-9]*__[a-z0-9_]+\\.sql");
            numbers.computeIfAbsent(file.substring(0, file.indexOf('/')), _ -> new ArrayList<>())
                    .add(ReleasedMigrations.number(file));
        }
        numbers.forEach((module, counted) -> {
            for (int i = 0; i < counted.size(); i++) {
                assertThat(counted.get(i)).as("%s: %s", module, counted).isEqualTo(i + 1);
            }
        });
    }

    @Test
    void migrationsAreOnlyInTheirDirectory() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src", "main"))) {
            assertThat(files.map(Path::toString))
                    .filteredOn(name -> name.endsWith(".sql") || name.matches(".*/[VRB][0-9_]*__.*"))
                    .isEmpty();
        }
    }

    @Test
    void badExamplesAreRefusedAndGoodOnesAreNot() {
        List<String> earlier = List.of(CHECKED, "ALTER TABLE shop.item VALIDATE CONSTRAINT item_x");
        for (LintExample lintExample : EXAMPLES) {
            assertThat(DdlLint.check(lintExample.bad(), MigrationLintTest::isOld, earlier))
                    .as("%s: %s", lintExample.rule(), lintExample.bad())
                    .extracting(LintFinding::rule)
                    .contains(lintExample.rule());
            assertThat(DdlLint.check(lintExample.good(), MigrationLintTest::isOld, earlier))
                    .as("not %s: %s", lintExample.rule(), lintExample.good())
                    .isEmpty();
        }
        assertThat(EXAMPLES.stream().map(LintExample::rule)).containsAll(EnumSet.allOf(LintRule.class));
    }

    private static boolean isOld(String version) {
        return ReleasedMigrations.isBefore(version, "1.2.0");
    }

    /** A check that is not validated, of another table or column, or with another condition, proves nothing. */
    @Test
    void onlyAValidatedCheckOfTheColumnProvesNotNull() {
        String setNotNull = "ALTER TABLE shop.item ALTER COLUMN x SET NOT NULL";
        String validated = "ALTER TABLE shop.item VALIDATE CONSTRAINT item_x";
        for (List<String> earlier : List.of(
                List.of(CHECKED),
                List.of(CHECKED.replace("item", "thing"), validated),
                List.of(CHECKED.replace("x IS NOT NULL", "x IS NOT NULL OR y"), validated),
                List.of(CHECKED.replace("(x ", "(y "), validated))) {
            assertThat(DdlLint.check(setNotNull, MigrationLintTest::isOld, earlier))
                    .as(earlier.toString())
                    .extracting(LintFinding::rule)
                    .containsExactly(LintRule.NOT_NULL_SCANS);
        }
    }

    @Test
    void wordsInQuotesAndCommentsAreNotCommands() {
        String hidden = """
                -- DROP TABLE shop.item;
                /* DROP TABLE /* nested */ shop.item; */
                INSERT INTO shop.item VALUES ('a;''DROP TABLE x', E'\\\\', E'\\';DROP', $x$; DROP TABLE y; $x$);
                CREATE FUNCTION shop."a;b"() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    UPDATE shop.item SET x = 1; DROP TABLE shop.item;
                END $$;
                """;
        assertThat(SqlScript.parse(hidden).statements()).hasSize(2);
        assertThat(DdlLint.check(hidden, MigrationLintTest::isOld, List.of())).isEmpty();
        assertThatThrownBy(() -> SqlScript.parse("SELECT 'open")).hasMessageContaining("does not end");
        assertThatThrownBy(() -> SqlScript.parse("/* open")).hasMessageContaining("does not end");
    }

    @Test
    void versionsAreComparedByNumber() {
        assertThat(ReleasedMigrations.isBefore("0.9.0", "0.10.0")).isTrue();
        assertThat(ReleasedMigrations.isBefore("0.10.0", "0.9.1")).isFalse();
        assertThat(ReleasedMigrations.isBefore("1.0.0", "1.0.0")).isFalse();
        assertThat(ReleasedMigrations.isBefore("1.0.0", "1.0.1")).isTrue();
    }
}
