package io.fondaco.platform.database;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Fixes the route before the resource runs, and so before any session or transaction exists. */
class RouteFilter {
    private final CurrentRoute current;
    private final Map<Method, Route> routes = new ConcurrentHashMap<>();

    RouteFilter(CurrentRoute current) {
        this.current = current;
    }

    @ServerRequestFilter
    void choose(ContainerRequestContext request, ResourceInfo resource) {
        Method method = resource.getResourceMethod();
        if (method != null) {
            current.set(routes.computeIfAbsent(method, key -> declared(key, request.getMethod())));
        }
    }

    /** The route that a resource method declares, by annotation or by its HTTP method. */
    static Route declared(Method method, String httpMethod) {
        ReadsFrom onMethod = method.getAnnotation(ReadsFrom.class);
        if (onMethod != null) {
            return onMethod.value();
        }
        ReadsFrom onClass = method.getDeclaringClass().getAnnotation(ReadsFrom.class);
        if (onClass != null) {
            return onClass.value();
        }
        return httpMethod.equals(HttpMethod.GET) || httpMethod.equals(HttpMethod.HEAD) ? Route.REPLICA : Route.PRIMARY;
    }
}
