package io.fondaco.platform.database;

import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a resource: a request on the replica route whose server goes away, or whose query the server cancels to go on
 * replaying, runs again on another one. Reads change nothing, so that is always safe, and the caller sees none of it.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface RetriedReads {}
