package io.fondaco.platform.messaging;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Declares the type of a {@link DomainEvent}, on its record. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface EventType {
    /** The kind of subject and what happened to it: {@code order.placed}. */
    String name();

    /** The version of the data, from 1. It increases when listeners of an earlier version cannot read the data. */
    int version() default 1;

    /** One sentence for the documentation. */
    String summary();
}
