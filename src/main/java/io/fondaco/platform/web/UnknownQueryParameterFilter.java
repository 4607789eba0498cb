package io.fondaco.platform.web;

import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.UriInfo;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Rejects query parameters that an endpoint does not declare: 400 {@code unknown_parameter} with the name. Otherwise a
 * filter with a typing error would return everything, and a misspelt {@code cascade} would do only half of what was
 * meant.
 *
 * <p>Declared are the parameters of the method and those of its {@code @Parameter(in = QUERY)}. A declared name that
 * ends with a placeholder, {@code option.<name>}, matches every name with that prefix.
 */
class UnknownQueryParameterFilter {
    private static final Map<Method, DeclaredParameters> DECLARED = new ConcurrentHashMap<>();

    private record DeclaredParameters(Set<String> names, List<String> prefixes) {
        boolean contains(String name) {
            return names.contains(name) || prefixes.stream().anyMatch(name::startsWith);
        }
    }

    @ServerRequestFilter
    void check(ResourceInfo resource, UriInfo uri) {
        Method method = resource.getResourceMethod();
        if (method == null || uri.getRequestUri().getRawQuery() == null) {
            return;
        }
        DeclaredParameters declaredParameters =
                DECLARED.computeIfAbsent(method, UnknownQueryParameterFilter::declaredParameters);
        uri.getQueryParameters().keySet().stream()
                .filter(name -> !declaredParameters.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    String abbreviated = Violation.abbreviate(name);
                    String detail = "There is no parameter '%s' here.".formatted(abbreviated);
                    throw new ApiException(
                            400,
                            "unknown_parameter",
                            detail,
                            List.of(new Violation(abbreviated, "unknown_parameter", detail)));
                });
    }

    private static DeclaredParameters declaredParameters(Method method) {
        Set<String> names = Stream.concat(
                        Arrays.stream(method.getParameters()).flatMap(UnknownQueryParameterFilter::queryParameterName),
                        Arrays.stream(method.getAnnotationsByType(
                                        org.eclipse.microprofile.openapi.annotations.parameters.Parameter.class))
                                .filter(parameter -> parameter.in() == ParameterIn.QUERY)
                                .map(org.eclipse.microprofile.openapi.annotations.parameters.Parameter::name))
                .collect(Collectors.toUnmodifiableSet());
        return new DeclaredParameters(
                names,
                names.stream()
                        .filter(name -> name.endsWith(">"))
                        .map(name -> name.substring(0, name.indexOf('<')))
                        .toList());
    }

    private static Stream<String> queryParameterName(Parameter parameter) {
        QueryParam queryParam = parameter.getAnnotation(QueryParam.class);
        if (queryParam != null) {
            return Stream.of(queryParam.value());
        }
        RestQuery restQuery = parameter.getAnnotation(RestQuery.class);
        return restQuery == null
                ? Stream.empty()
                : Stream.of(restQuery.value().isEmpty() ? parameter.getName() : restQuery.value());
    }
}
