package io.fondaco.platform.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.platform.money.Money;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.JDBCException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Native SQL: named parameters, and rows that become records. */
@QuarkusTest
class SqlTest {
    private final Sql sql;

    SqlTest(Sql sql) {
        this.sql = sql;
    }

    private record Sample(
            UUID id, String text, long number, Instant time, String[] texts, byte[] bytes, boolean flag, String json) {}

    private record Nulls(
            @Nullable UUID id,
            @Nullable String text,
            @Nullable Long number,
            @Nullable Instant time,
            @Nullable Integer small) {}

    private record Element(
            UUID id,
            @Nullable String text,
            @Nullable Long number,
            @Nullable Instant time) {}

    private record IdRow(UUID id) {}

    private record Text(String value) {}

    @Test
    void rowIsMappedIntoARecord() {
        UUID id = UUID.randomUUID();
        Instant time = Instant.parse("2026-10-25T00:30:00.123456Z");
        Sample row = sql.query("""
                        SELECT cast(:id AS uuid), cast(:text AS text), 7, cast(:time AS timestamptz),
                               cast(:texts AS text[]), cast(:bytes AS bytea), true, cast('{"a": 1}' AS jsonb)
                        """, Sample.class)
                .setParameter("id", id)
                .setParameter("text", "a")
                .setParameter("time", time)
                .setParameter("texts", new String[] {"a,b", "\"c\"", null})
                .setParameter("bytes", new byte[] {1, 0})
                .getSingleResult();
        assertThat(row.id()).isEqualTo(id);
        assertThat(row.text()).isEqualTo("a");
        assertThat(row.number()).isEqualTo(7);
        assertThat(row.time()).isEqualTo(time);
        assertThat(row.texts()).containsExactly("a,b", "\"c\"", null);
        assertThat(row.bytes()).containsExactly(1, 0);
        assertThat(row.flag()).isTrue();
        assertThat(row.json()).isEqualTo("{\"a\": 1}");
    }

    @Test
    void nullsAreBoundAndMapped() {
        assertThat(sql.query("""
                        SELECT cast(:id AS uuid), cast(:text AS text), cast(:number AS bigint),
                               cast(:time AS timestamptz), cast(:small AS int)
                        """, Nulls.class)
                        .setParameter("id", null)
                        .setParameter("text", null)
                        .setParameter("number", null)
                        .setParameter("time", null)
                        .setParameter("small", null)
                        .getSingleResult())
                .isEqualTo(new Nulls(null, null, null, null, null));
    }

    @Test
    void arraysAreBoundAndUnnested() {
        UUID first = UUID.randomUUID();
        UUID second = UUID.randomUUID();
        Instant time = Instant.parse("2026-11-30T09:00:00.000001Z");
        assertThat(sql.query("""
                        SELECT n.id, n.text, n.number, n.time
                          FROM unnest(cast(:ids AS uuid[]), cast(:texts AS text[]), cast(:numbers AS bigint[]),
                                      cast(:times AS timestamptz[])) AS n (id, text, number, time)
                        """, Element.class)
                        .setParameter("ids", new UUID[] {first, second})
                        .setParameter("texts", new String[] {"a", null})
                        .setParameter("numbers", new Long[] {1L, null})
                        .setParameter("times", new Instant[] {time, null})
                        .getResultList())
                .containsExactly(new Element(first, "a", 1L, time), new Element(second, null, null, null));
        assertThat(listIds()).isEmpty();
        assertThat(listIds(first, second)).containsExactly(new IdRow(first), new IdRow(second));
    }

    @Test
    void parametersAreOnlyWhereTheyAreMeant() {
        assertThat(NamedParameters.parse("""
                        SELECT ':no', "a:no", 'it''s :no', x::text, :yes, :Yes2, 'a' ? 'b' -- :no
                          /* :no
                             :no */ WHERE y = :yes
                        """)).isEqualTo(new NamedParameters("""
                        SELECT ':no', "a:no", 'it''s :no', x::text, ?, ?, 'a' ?? 'b' -- :no
                          /* :no
                             :no */ WHERE y = ?
                        """, List.of("yes", "Yes2", "yes")));
    }

    private record Document(
            List<String> texts, Money amount, @Nullable Money missing) {}

    @Test
    void listsAndRecordsAreReadFromJson() {
        assertThat(sql.query("""
                                SELECT to_json(ARRAY['a,b', '"c"']), cast('{"amount": 5, "currency": "EUR"}' AS jsonb),
                                       NULL
                                """, Document.class).getSingleResult())
                .isEqualTo(new Document(List.of("a,b", "\"c\""), Money.of(5, "EUR"), null));
    }

    @Test
    void jsonThatCannotBeReadIsNotQuoted() {
        SqlQuery<Document> secret = sql.query("SELECT '[]', '{\"secret\": 1}', NULL", Document.class);
        assertThatThrownBy(secret::getResultList)
                .isInstanceOf(IllegalStateException.class)
                .hasNoCause()
                .hasMessageNotContaining("secret");
    }

    @Test
    void parameterThatIsUsedTwiceIsSetOnce() {
        assertThat(sql.query("SELECT :a || :b || :a", Text.class)
                        .setParameter("a", "x")
                        .setParameter("b", "y")
                        .getSingleResult())
                .isEqualTo(new Text("xyx"));
    }

    @Test
    void missingAndUnknownParametersAreErrors() {
        SqlQuery<Text> query = sql.query("SELECT cast(:a AS text)", Text.class);
        assertThatThrownBy(query::getResultList).hasMessageContaining(":a is not set");
        assertThatThrownBy(() -> query.setParameter("b", "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void numberOfRowsIsChecked() {
        SqlQuery<Text> two = sql.query("VALUES ('a'), ('b')", Text.class);
        assertThat(two.getResultList()).containsExactly(new Text("a"), new Text("b"));
        assertThatThrownBy(two::uniqueResultOptional).isInstanceOf(IllegalStateException.class);
        SqlQuery<Text> none = sql.query("SELECT 'a' WHERE false", Text.class);
        assertThat(none.uniqueResultOptional()).isEmpty();
        assertThatThrownBy(none::getSingleResult).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void statementThatTakesTooLongIsCanceled() {
        SqlQuery<Text> slow =
                sql.query("SELECT cast(pg_sleep(10) AS text)", Text.class).timeout(Duration.ofMillis(300));
        assertThatThrownBy(slow::getResultList).isInstanceOf(JDBCException.class);
    }

    private List<IdRow> listIds(UUID... ids) {
        return sql.query("SELECT n.id FROM unnest(cast(:ids AS uuid[])) AS n (id)", IdRow.class)
                .setParameter("ids", ids)
                .getResultList();
    }
}
