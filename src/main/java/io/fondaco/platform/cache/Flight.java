package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import io.fondaco.platform.web.ApiException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One load of one answer, which all share who want it meanwhile. */
final class Flight {
    private final Optional<Position> token;
    private final CompletableFuture<StoredAnswer> landing = new CompletableFuture<>();

    /** @param token of who loads: nothing older will come of it */
    Flight(Optional<Position> token) {
        this.token = token;
    }

    /** Whether what comes of it is good enough for who has this token. */
    boolean isGoodFor(Optional<Position> other) {
        return other.isEmpty() || token.filter(own -> own.reaches(other.get())).isPresent();
    }

    void land(StoredAnswer answer) {
        landing.complete(answer);
    }

    void fail(Throwable cause) {
        landing.completeExceptionally(cause);
    }

    /**
     * @throws RuntimeException as the load threw it
     * @throws ApiException 503 when it takes too long
     */
    StoredAnswer await(Duration limit) {
        try {
            return landing.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException _) {
            throw tooBusy();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw tooBusy();
        }
    }

    static ApiException tooBusy() {
        return ApiException.unavailable(
                "busy", "Too much is being read from the database just now; try again.", Duration.ofSeconds(1));
    }
}
