package io.fondaco.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.stat.Statistics;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the native SQL of the modules relies on: Hibernate binds arrays by name and maps rows into records (ADR 17). */
@QuarkusTest
class NativeQueryMappingTest {
    private final Session session;
    private final SessionFactory sessions;

    NativeQueryMappingTest(Session session, SessionFactory sessions) {
        this.session = session;
        this.sessions = sessions;
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

    @Test
    void rowIsMappedIntoARecord() {
        UUID id = UUID.randomUUID();
        Instant time = Instant.parse("2026-10-25T00:30:00.123456Z");
        Sample row = session.createNativeQuery("""
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
        assertThat(session.createNativeQuery("""
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
        assertThat(session.createNativeQuery("""
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

    /** With the class of its single column as the result class, a query would be planned each time. */
    @Test
    void repeatedQueryHasNoQueryPlanCacheMiss() {
        listIds(UUID.randomUUID());
        Statistics statistics = sessions.getStatistics();
        statistics.setStatisticsEnabled(true);
        try {
            listIds(UUID.randomUUID());
            assertThat(statistics.getQueryPlanCacheHitCount()).isPositive();
            assertThat(statistics.getQueryPlanCacheMissCount()).isZero();
        } finally {
            statistics.setStatisticsEnabled(false);
        }
    }

    private List<IdRow> listIds(UUID... ids) {
        return session.createNativeQuery("SELECT n.id FROM unnest(cast(:ids AS uuid[])) AS n (id)", IdRow.class)
                .setParameter("ids", ids)
                .getResultList();
    }
}
