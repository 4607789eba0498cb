package io.fondaco.platform.database;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a route other than the usual one, by which {@code GET} and {@code HEAD} read a replica and everything else goes
 * to the primary. On a resource class it holds for {@code GET} and {@code HEAD}; on a method, for that method whatever it
 * is. Background work declares its route with it too, on scheduled methods and listeners. A declaration further down in a
 * call means nothing: the route of the outermost holds.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface ReadsFrom {
    @Nonbinding
    Route value();

    /**
     * Whether callers without a token may be shown older data rather than a 503, when no replica is within its limits and
     * the primary has no room: for what everybody is shown alike, never for what belongs to somebody.
     */
    @Nonbinding
    boolean mayBeStale() default false;
}
