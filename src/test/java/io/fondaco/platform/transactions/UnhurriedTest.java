package io.fondaco.platform.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.Changes;
import io.fondaco.platform.cache.Tag;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.topology.Position;
import io.fondaco.platform.topology.Topology;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A commit that does not wait for the disk is known of by nobody who goes by places on the disk. */
@QuarkusTest
class UnhurriedTest {
    private static final int TRIES = 20;
    private static final EventType HAPPENED = new EventType("unhurried.happened", "Told in a test.", Map.class);

    private final Unhurried unhurried;
    private final Changes changes;
    private final Outbox outbox;
    private final Topology topology;
    private final EntityManager entities;

    UnhurriedTest(Unhurried unhurried, Changes changes, Outbox outbox, Topology topology, EntityManager entities) {
        this.unhurried = unhurried;
        this.changes = changes;
        this.outbox = outbox;
        this.topology = topology;
        this.entities = entities;
    }

    @Test
    void whoTellsOfItMakesItWait() {
        assertWaits(() -> changes.tell(List.of(new Tag("unhurried-test"))));
        assertWaits(() -> outbox.tell(List.of(new NewEvent(HAPPENED, "unhurried-test", 1, Map.of()))));
    }

    private void assertWaits(Runnable tell) {
        String usual = QuarkusTransaction.requiringNew().call(this::commits);
        assertThat(usual).isNotEqualTo("off");
        QuarkusTransaction.begin();
        unhurried.commit();
        assertThat(commits()).isEqualTo("off");
        tell.run();
        assertThat(commits()).isEqualTo(usual);
        QuarkusTransaction.rollback();
    }

    @Test
    void whatThePrimaryHasShownIsPastAllThatIsSeenThere() {
        for (int i = 0; i < TRIES; i++) {
            QuarkusTransaction.requiringNew().run(() -> {
                unhurried.commit();
                query("SELECT pg_logical_emit_message(true, 'test', 'unhurried')::text");
            });
            String end = QuarkusTransaction.requiringNew()
                    .call(() -> query("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint::text"));
            Position seen = new Position(topology.timeline(), Long.parseLong(end));
            assertThat(topology.primaryShown()).hasValueSatisfying(shown -> assertThat(shown.reaches(seen))
                    .as("%s reaches %s", shown, seen)
                    .isTrue());
        }
    }

    private String commits() {
        return query("SHOW synchronous_commit");
    }

    private String query(String sql) {
        return (String) entities.createNativeQuery(sql, String.class).getSingleResult();
    }
}
