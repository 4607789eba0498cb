package io.fondaco.platform.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.platform.idempotency.Idempotency.Outcome;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

@QuarkusTest
class IdempotencyTest {
    private final IdempotencyKey key =
            IdempotencyKey.required(UUID.randomUUID().toString(), "idempotency test", "POST /test", "content");

    @Inject
    Idempotency idempotency;

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

    private Outcome<String> once(Supplier<String> work) {
        return QuarkusTransaction.requiringNew().call(() -> idempotency.once(key, work, IdempotencyTest::response));
    }

    private static IdempotentResponse response(String body) {
        return new IdempotentResponse(201, body);
    }
}
