package io.fondaco.platform.messaging;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ManagedContext;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import org.jspecify.annotations.Nullable;

/** Gives a listener the request context that its route and its entity manager live in; outside of both. */
@Once("")
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 100)
class ListenerContext {
    @AroundInvoke
    @Nullable
    Object run(InvocationContext call) throws Exception {
        ManagedContext context = Arc.container().requestContext();
        if (context.isActive()) {
            return call.proceed();
        }
        context.activate();
        try {
            return call.proceed();
        } finally {
            context.terminate();
        }
    }
}
