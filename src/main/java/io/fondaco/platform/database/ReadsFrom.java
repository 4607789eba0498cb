package io.fondaco.platform.database;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a route other than the default. By default {@code GET} and {@code HEAD} read a replica, and all other
 * methods use the primary. On a resource class it applies to {@code GET} and {@code HEAD}; on a method, to that method
 * with any HTTP method. Background work declares its route with it too, on scheduled methods and listeners. In nested
 * calls the outermost declaration applies; declarations further down are ignored.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface ReadsFrom {
    @Nonbinding
    Route value();

    /**
     * Whether callers without a token may get older data instead of a 503, if no replica is within its lag limits and
     * the primary has no free permit. Only for data that is the same for everybody, never for data that belongs to one
     * client.
     */
    @Nonbinding
    boolean mayBeStale() default false;
}
