package io.fondaco.platform.idempotency;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A resource method that takes effect once per {@code Idempotency-Key}: it runs in one transaction, which keeps its answer as
 * well, and the same request with the same key, at whichever pod and after whatever crash, is given that answer again with
 * {@code Idempotent-Replayed: true}. Keys belong to who sends them and to method and path; they are kept for 24 hours.
 *
 * <ul>
 *   <li>Another body under the same key: 422 {@code idempotency_key_reused}.
 *   <li>The same at the same time: waits for the first one, for as long as locks are waited for, then 503 {@code busy}.
 *   <li>A failure leaves no trace: the same key tries again.
 * </ul>
 *
 * <p>What is kept for a caller without an API key must be small, because anybody can be one. A method that names
 * {@link #replayedBy} keeps only that its request took effect: a repetition has no effect and is answered with the
 * resource as it is now. Its callers have at most {@code fondaco.idempotency.max-keys-per-caller} keys in 24 hours,
 * then 429 {@code too_many_idempotency_keys}.
 *
 * <p>Not for methods that must leave the database in the middle, which use {@link Idempotency} themselves; nor for answers with
 * a secret in them, which must not be kept.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Idempotent {
    /** Whether a request without a key is refused, with 400 {@code idempotency_key_required}: where money or stock moves. */
    @Nonbinding
    boolean required() default false;

    /** What answers a repetition, a bean; by default the stored answer does. */
    @Nonbinding
    Class<? extends CurrentRepresentation> replayedBy() default CurrentRepresentation.class;
}
