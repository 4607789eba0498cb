package io.fondaco.platform.messaging;

import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes the effects of a listener happen once although events may arrive several times. It is for an {@code @Incoming}
 * method that takes an {@link EventBatch}. The method runs in a transaction that also records the events in the inbox.
 * It receives only events that it has not handled before, those of a subject in their order. If it throws, the
 * transaction is rolled back and the events are handled separately. The failing event is retried later, with the later
 * events of its subject behind it, and becomes a dead letter after the last attempt. Events of other subjects do not
 * wait for it.
 *
 * <p>The effects are writes to the database. To send an e-mail or an HTTP request, the method stores it for a sender.
 */
@InterceptorBinding
@ActivateRequestContext
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface IdempotentConsumer {
    /** The name of the listener, which is the name of its channel. */
    @Nonbinding
    String value();

    /**
     * The events that the listener handles: records, or sealed interfaces of records. Without these and without types,
     * it handles all events.
     */
    @Nonbinding
    Class<? extends DomainEvent>[] events() default {};

    /** The names of event types that the listener handles too: {@code order.placed}, {@code order.*}. */
    @Nonbinding
    String[] types() default {};
}
