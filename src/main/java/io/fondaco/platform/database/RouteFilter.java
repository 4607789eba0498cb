package io.fondaco.platform.database;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Fixes the route before the resource runs, and so before any session or transaction exists. */
class RouteFilter {
    private static final Declared READ = new Declared(Route.REPLICA, false);
    private static final Declared WRITE = new Declared(Route.PRIMARY, false);

    private final CurrentRoute current;
    private final Consistency consistency;
    private final Map<Method, Declared> routes = new ConcurrentHashMap<>();

    RouteFilter(CurrentRoute current, Consistency consistency) {
        this.current = current;
        this.consistency = consistency;
    }

    private record Declared(Route route, boolean mayBeStale) {
        static Declared of(ReadsFrom annotation) {
            return new Declared(annotation.value(), annotation.mayBeStale());
        }
    }

    @ServerRequestFilter
    void choose(ContainerRequestContext request, ResourceInfo resource) {
        Method method = resource.getResourceMethod();
        if (method == null) {
            return;
        }
        Declared declared = routes.computeIfAbsent(method, key -> declared(key, request.getMethod()));
        consistency.presented(request).ifPresent(current::token);
        boolean withoutToken =
                declared.route() == Route.REPLICA_WITH_TOKEN && current.token().isEmpty();
        current.set(withoutToken ? Route.PRIMARY : declared.route(), declared.mayBeStale());
    }

    static boolean reads(String httpMethod) {
        return httpMethod.equals(HttpMethod.GET) || httpMethod.equals(HttpMethod.HEAD);
    }

    /** What a resource method declares, by annotation or by its HTTP method. */
    private static Declared declared(Method method, String httpMethod) {
        ReadsFrom onMethod = method.getAnnotation(ReadsFrom.class);
        if (onMethod != null) {
            return Declared.of(onMethod);
        }
        if (!reads(httpMethod)) {
            return WRITE;
        }
        return Optional.ofNullable(method.getDeclaringClass().getAnnotation(ReadsFrom.class))
                .map(Declared::of)
                .orElse(READ);
    }
}
