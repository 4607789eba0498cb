package io.fondaco.platform.admission;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares that the admission gate lets the requests of a resource method pass, because the method limits them itself,
 * for example by the {@link WaitingRoom}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface ExemptFromAdmission {}
