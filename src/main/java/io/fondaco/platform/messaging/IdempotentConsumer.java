package io.fondaco.platform.messaging;

import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a listener's effects happen once, though events arrive twice: on an {@code @Incoming} method that takes an
 * {@link EventBatch}. The method runs in a transaction that also remembers the events, with those only that it has not handled
 * before; a subject's in their order. When it throws, the transaction is rolled back and the events are tried by themselves;
 * the one that fails is tried again later, with the later ones of its subject behind it, and becomes a dead letter in
 * the end. Others do not wait for it.
 *
 * <p>Its effects are writes to the database. What goes out of the house (a mail, a call) it writes down for a sender.
 */
@InterceptorBinding
@ActivateRequestContext
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface IdempotentConsumer {
    /** The name of the channel that it listens to. */
    @Nonbinding
    String value();

    /** The types of events that are its business: {@code order.placed}, {@code order.*}; all by default. */
    @Nonbinding
    String[] types() default "*";
}
