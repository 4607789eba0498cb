package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import io.fondaco.platform.web.ApiException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One load of one response, shared by all concurrent requests for it. */
final class SingleFlight {
    private final Optional<Position> token;
    private final CompletableFuture<CachedResponse> result = new CompletableFuture<>();

    /** @param token the token of the loading request: the result is not older */
    SingleFlight(Optional<Position> token) {
        this.token = token;
    }

    /** Whether the result is new enough for a request with this token. */
    boolean satisfies(Optional<Position> other) {
        return other.isEmpty()
                || token.filter(own -> own.isAtOrAfter(other.get())).isPresent();
    }

    void complete(CachedResponse loaded) {
        result.complete(loaded);
    }

    void fail(Throwable cause) {
        result.completeExceptionally(cause);
    }

    /**
     * @throws RuntimeException as the load threw it
     * @throws ApiException 503 {@code busy} if the load takes longer than the limit
     */
    CachedResponse await(Duration timeout) {
        try {
            return result.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
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
                "busy", "Too many responses are being loaded from the database; try again.", Duration.ofSeconds(1));
    }
}
