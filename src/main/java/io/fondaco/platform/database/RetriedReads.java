package io.fondaco.platform.database;

import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a resource: runs a request on the replica route again on another node, if the connection to its node is lost or
 * the server cancels its query to continue the replay. Reads change nothing, so this is always safe and invisible to
 * the caller.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface RetriedReads {}
