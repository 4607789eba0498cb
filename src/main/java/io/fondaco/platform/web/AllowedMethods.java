package io.fondaco.platform.web;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.HttpMethod;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The methods of a path, for the {@code Allow} header that a 405 must have (RFC 9110 section 15.5.6). */
@ApplicationScoped
class AllowedMethods {
    private final Endpoints endpoints;

    AllowedMethods(Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    /** Empty for a path without a resource. */
    Optional<String> of(String path) {
        SortedSet<String> methods = new TreeSet<>();
        for (Endpoints.Endpoint endpoint : endpoints.all()) {
            if (endpoint.matchesPath(path)) {
                methods.add(endpoint.httpMethod());
            }
        }
        if (methods.isEmpty()) {
            return Optional.empty();
        }
        if (methods.contains(HttpMethod.GET)) {
            methods.add(HttpMethod.HEAD);
        }
        methods.add(HttpMethod.OPTIONS);
        return Optional.of(String.join(", ", methods));
    }
}
