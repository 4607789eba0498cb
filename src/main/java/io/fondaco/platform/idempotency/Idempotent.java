package io.fondaco.platform.idempotency;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A resource method that takes effect once per {@code Idempotency-Key}. It runs in one transaction, which also stores
 * its response. The same request with the same key gets that response again with {@code Idempotent-Replayed: true}, on
 * any pod and after a crash. A key is valid for its sender, method and path, and is kept for 24 hours.
 *
 * <ul>
 *   <li>Another body with the same key: 422 {@code idempotency_key_reused}.
 *   <li>The same request at the same time: waits for the first one, up to the lock timeout, then 503 {@code busy}.
 *   <li>A failure rolls the key back: the same key can be used again.
 * </ul>
 *
 * <p>Rows of callers without an API key must be small, because any client can create them. A method with
 * {@link #replayedBy} stores only that its request took effect: a repeated request has no effect and gets the current
 * resource. Its callers have at most 1,000 keys in 24 hours, then they get
 * 429 {@code too_many_idempotency_keys}.
 *
 * <p>Not for methods that need several transactions. Not for responses with a secret, which must not be stored.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Idempotent {
    /**
     * Whether a request without a key is rejected with 400 {@code idempotency_key_required}; for methods that move
     * money or stock.
     */
    @Nonbinding
    boolean required() default false;

    /** The bean that answers repeated requests; by default they get the stored response. */
    @Nonbinding
    Class<? extends CurrentRepresentation> replayedBy() default CurrentRepresentation.class;
}
