package io.fondaco.platform.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.messaging.DomainEvent;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.topology.Position;
import io.fondaco.platform.topology.Topology;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Asynchronous commits are visible before they are on disk; published positions must cover them all the same. */
@QuarkusTest
class AsyncCommitTest {
    private static final int COMMITS = 20;

    @EventType(name = "async_commit.tested", summary = "Published in a test.")
    record AsyncCommitTested() implements DomainEvent {}

    private final AsyncCommit asyncCommit;
    private final CacheInvalidation cacheInvalidation;
    private final Outbox outbox;
    private final Topology topology;
    private final EntityManager entities;

    AsyncCommitTest(
            AsyncCommit asyncCommit,
            CacheInvalidation cacheInvalidation,
            Outbox outbox,
            Topology topology,
            EntityManager entities) {
        this.asyncCommit = asyncCommit;
        this.cacheInvalidation = cacheInvalidation;
        this.outbox = outbox;
        this.topology = topology;
        this.entities = entities;
    }

    @Test
    void publishingMakesTheCommitSynchronous() {
        assertCommitsSynchronously(() -> cacheInvalidation.publish(List.of(new CacheTag("async-commit-test"))));
        assertCommitsSynchronously(
                () -> outbox.publish(List.of(new NewEvent("async-commit-test", 1, new AsyncCommitTested()))));
    }

    private void assertCommitsSynchronously(Runnable publish) {
        String defaultMode = QuarkusTransaction.requiringNew().call(this::synchronousCommit);
        assertThat(defaultMode).isNotEqualTo("off");
        QuarkusTransaction.begin();
        asyncCommit.enable();
        assertThat(synchronousCommit()).isEqualTo("off");
        publish.run();
        assertThat(synchronousCommit()).isEqualTo(defaultMode);
        QuarkusTransaction.rollback();
    }

    @Test
    void visibleUpperBoundCoversAsynchronousCommits() {
        for (int i = 0; i < COMMITS; i++) {
            QuarkusTransaction.requiringNew().run(() -> {
                asyncCommit.enable();
                query("SELECT pg_logical_emit_message(true, 'test', 'async-commit')::text");
            });
            String end = QuarkusTransaction.requiringNew()
                    .call(() -> query("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint::text"));
            Position seen = new Position(topology.timeline(), Long.parseLong(end));
            assertThat(topology.primaryVisibleUpperBound())
                    .hasValueSatisfying(upperBound -> assertThat(upperBound.isAtOrAfter(seen))
                            .as("%s reaches %s", upperBound, seen)
                            .isTrue());
        }
    }

    private String synchronousCommit() {
        return query("SHOW synchronous_commit");
    }

    private String query(String sql) {
        return (String) entities.createNativeQuery(sql, String.class).getSingleResult();
    }
}
