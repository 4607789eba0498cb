package io.fondaco.platform.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fondaco.ShopDatabase;
import io.fondaco.platform.idempotency.Idempotency.Outcome;
import io.quarkus.agroal.DataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

@QuarkusTest
class IdempotencyTest {
    private final IdempotencyKey key =
            IdempotencyKey.required(UUID.randomUUID().toString(), "idempotency test", "POST /test", "content");

    @Inject
    Idempotency idempotency;

    @Inject
    ShopDatabase database;

    @Inject
    @DataSource("primary")
    javax.sql.DataSource primary;

    @Test
    void secondRequestGetsTheStoredResponseWithoutTheWork() {
        Outcome<String> first = once(() -> "effect");
        assertThat(first).isEqualTo(new Outcome<>(response("effect"), Optional.of("effect")));
        assertThat(first.replayed()).isFalse();
        Outcome<String> second = once(() -> {
            throw new AssertionError("The work is done twice");
        });
        assertThat(second.response()).isEqualTo(first.response());
        assertThat(second.replayed()).isTrue();
    }

    @Test
    void failedWorkDoesNotUseUpTheKey() {
        assertThatThrownBy(() -> once(() -> {
                    throw new IllegalStateException("The work fails");
                }))
                .hasStackTraceContaining("The work fails");
        assertThat(once(() -> "effect").replayed()).isFalse();
    }

    @Test
    void keyThatIsDeletedDuringTheClaimIsClaimed() throws Exception {
        once(() -> "expired effect");
        try (ExecutorService thread = Executors.newSingleThreadExecutor();
                Connection holder = primary.getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("SELECT FROM idempotency.request WHERE key = '%s' FOR UPDATE".formatted(key.key()));
            Future<?> second = thread.submit(() -> ShopDatabase.inTransaction(() -> once(() -> "effect")));
            // The second request could not insert the key and waits for its row.
            await().until(() -> database.query("""
                    SELECT count(*) > 0 FROM pg_stat_activity
                     WHERE wait_event_type = 'Lock' AND query LIKE '%idempotency.request%FOR UPDATE%'
                    """).equals("t"));
            statement.execute("DELETE FROM idempotency.request WHERE key = '%s'".formatted(key.key()));
            holder.commit();
            second.get(10, TimeUnit.SECONDS);
        }
        assertThat(once(() -> "another effect").response()).isEqualTo(response("effect"));
    }

    private Outcome<String> once(Supplier<String> work) {
        return QuarkusTransaction.requiringNew().call(() -> idempotency.once(key, work, IdempotencyTest::response));
    }

    private static IdempotentResponse response(String body) {
        return new IdempotentResponse(201, body);
    }
}
