package io.fondaco.platform.database;

import io.fondaco.platform.topology.Topology;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Sets the route before the resource runs, and so before any session or transaction exists. */
class RouteFilter {
    private static final DeclaredRoute READ = new DeclaredRoute(Route.REPLICA, false);
    private static final DeclaredRoute WRITE = new DeclaredRoute(Route.PRIMARY, false);

    private final CurrentRoute current;
    private final Topology topology;
    private final ConsistencyTokenService consistencyTokenService;
    private final Map<Method, DeclaredRoute> routes = new ConcurrentHashMap<>();

    RouteFilter(CurrentRoute current, Topology topology, ConsistencyTokenService consistencyTokenService) {
        this.current = current;
        this.topology = topology;
        this.consistencyTokenService = consistencyTokenService;
    }

    private record DeclaredRoute(Route route, boolean mayBeStale) {
        static DeclaredRoute of(ReadsFrom annotation) {
            return new DeclaredRoute(annotation.value(), annotation.mayBeStale());
        }
    }

    @ServerRequestFilter
    void resolveRoute(ContainerRequestContext request, ResourceInfo resource) {
        Method method = resource.getResourceMethod();
        if (method == null) {
            return;
        }
        topology.awaitCurrentStatus();
        DeclaredRoute declaredRoute = routes.computeIfAbsent(method, key -> declaredRoute(key, request.getMethod()));
        consistencyTokenService.readToken(request).ifPresent(current::token);
        boolean withoutToken = declaredRoute.route() == Route.REPLICA_WITH_TOKEN
                && current.token().isEmpty();
        current.declare(withoutToken ? Route.PRIMARY : declaredRoute.route(), declaredRoute.mayBeStale());
    }

    static boolean isReadMethod(String httpMethod) {
        return httpMethod.equals(HttpMethod.GET) || httpMethod.equals(HttpMethod.HEAD);
    }

    /** Returns the route that a resource method declares, by annotation or by its HTTP method. */
    private static DeclaredRoute declaredRoute(Method method, String httpMethod) {
        ReadsFrom onMethod = method.getAnnotation(ReadsFrom.class);
        if (onMethod != null) {
            return DeclaredRoute.of(onMethod);
        }
        if (!isReadMethod(httpMethod)) {
            return WRITE;
        }
        return Optional.ofNullable(method.getDeclaringClass().getAnnotation(ReadsFrom.class))
                .map(DeclaredRoute::of)
                .orElse(READ);
    }
}
