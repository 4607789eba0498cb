package io.fondaco.platform.web;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The methods of a path, for the {@code Allow} header that a 405 must have (RFC 9110 section 15.5.6). */
@ApplicationScoped
class AllowedMethods {
    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]+}");

    private final BeanManager beans;
    private volatile List<PathMethod> operations = List.of();

    AllowedMethods(BeanManager beans) {
        this.beans = beans;
    }

    private record PathMethod(Pattern path, String method) {}

    /** Empty for a path without a resource. */
    Optional<String> of(String path) {
        if (operations.isEmpty()) {
            operations = operations();
        }
        SortedSet<String> methods = new TreeSet<>();
        for (PathMethod pathMethod : operations) {
            if (pathMethod.path().matcher(path).matches()) {
                methods.add(pathMethod.method());
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

    private List<PathMethod> operations() {
        List<PathMethod> found = new ArrayList<>();
        for (Bean<?> bean : beans.getBeans(Object.class, Any.Literal.INSTANCE)) {
            Path root = bean.getBeanClass().getAnnotation(Path.class);
            if (root != null) {
                addOperations(found, bean.getBeanClass(), root.value());
            }
        }
        return List.copyOf(found);
    }

    private static void addOperations(List<PathMethod> found, Class<?> resource, String root) {
        for (Method method : resource.getDeclaredMethods()) {
            Path methodPath = method.getAnnotation(Path.class);
            for (Annotation annotation : method.getAnnotations()) {
                HttpMethod httpMethod = annotation.annotationType().getAnnotation(HttpMethod.class);
                if (httpMethod != null) {
                    found.add(new PathMethod(
                            pattern(root + "/" + (methodPath == null ? "" : methodPath.value())), httpMethod.value()));
                }
            }
        }
    }

    /** A parameter matches one segment; repeated slashes count once, and a slash at the end is optional. */
    private static Pattern pattern(String template) {
        StringBuilder pattern = new StringBuilder();
        for (String segment : template.split("/", -1)) {
            if (!segment.isEmpty()) {
                pattern.append('/').append(segment(segment));
            }
        }
        return Pattern.compile(pattern.append("/?").toString());
    }

    private static String segment(String segment) {
        String[] literals = PARAMETER.split(segment, -1);
        StringBuilder pattern = new StringBuilder(Pattern.quote(literals[0]));
        for (int index = 1; index < literals.length; index++) {
            pattern.append("[^/]+").append(Pattern.quote(literals[index]));
        }
        return pattern.toString();
    }
}
