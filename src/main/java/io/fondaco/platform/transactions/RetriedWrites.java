package io.fondaco.platform.transactions;

import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A transaction that is begun by the method, and lost because another stood in its way (a deadlock, 40P01, or a serialization
 * failure, 40001), is done once more from the beginning, in a new transaction, up to three times and after a short random
 * pause. Within a transaction that the caller began it does nothing: that one is lost as a whole, and its beginning is the place
 * to begin again. To be put on methods whose only effects are in the database.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface RetriedWrites {}
