package io.fondaco.platform.transactions;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Retries a transaction that the method itself begins, if it failed because of another transaction (a deadlock, 40P01,
 * or a serialization failure, 40001): from the beginning, in a new transaction, up to three times, each after a short
 * random pause. Within a transaction of the caller it does nothing, because then the whole transaction is lost and only
 * the caller can retry it. Only for methods whose only effects are in the database.
 * It also makes the calls that {@link CallOutsideTransaction} asks for.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface RetriedWrites {
    /**
     * Whether a lock timeout (55P03) is retried, too. Only for background work: a client would have to wait for several
     * timeouts.
     */
    @Nonbinding
    boolean afterLockTimeout() default false;
}
