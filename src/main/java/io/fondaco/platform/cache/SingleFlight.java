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
final class SingleFlight {
    private final Optional<Position> token;
    private final CompletableFuture<CachedResponse> result = new CompletableFuture<>();

    /** @param token of who loads: nothing older will come of it */
    SingleFlight(Optional<Position> token) {
        this.token = token;
    }

    /** Whether what comes of it is good enough for who has this token. */
    boolean satisfies(Optional<Position> other) {
        return other.isEmpty()
                || token.filter(own -> own.isAtOrAfter(other.get())).isPresent();
    }

    void complete(CachedResponse answer) {
        result.complete(answer);
    }

    void fail(Throwable cause) {
        result.completeExceptionally(cause);
    }

    /**
     * @throws RuntimeException as the load threw it
     * @throws ApiException 503 when it takes too long
     */
    CachedResponse await(Duration limit) {
        try {
            return result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException _) {
            throw overloaded();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw overloaded();
        }
    }

    static ApiException overloaded() {
        return ApiException.unavailable(
                "busy", "Too much is being read from the database just now; try again.", Duration.ofSeconds(1));
    }
}
