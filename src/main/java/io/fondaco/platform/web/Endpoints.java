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
import java.util.regex.Pattern;

/**
 * The HTTP endpoints of all resources, for handlers that run before a resource method is chosen. A module annotates the
 * methods that such a handler must treat differently, and the handler finds them here: so it knows no path itself.
 */
@ApplicationScoped
public class Endpoints {
    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]+}");

    private final List<Endpoint> all;

    Endpoints(BeanManager beans) {
        List<Endpoint> found = new ArrayList<>();
        for (Bean<?> bean : beans.getBeans(Object.class, Any.Literal.INSTANCE)) {
            if (bean.getBeanClass().isAnnotationPresent(Path.class)) {
                found.addAll(endpointsOf(bean.getBeanClass()));
            }
        }
        all = List.copyOf(found);
    }

    /** A resource method, and the requests that it answers. */
    public static final class Endpoint {
        private final Method resourceMethod;
        private final String httpMethod;
        private final Pattern path;

        private Endpoint(Method resourceMethod, String httpMethod, Pattern path) {
            this.resourceMethod = resourceMethod;
            this.httpMethod = httpMethod;
            this.path = path;
        }

        /** Whether it answers requests with this method and path. A {@code GET} also answers {@code HEAD}. */
        public boolean matches(String method, String requestedPath) {
            boolean sameMethod =
                    httpMethod.equals(method) || (httpMethod.equals(HttpMethod.GET) && method.equals(HttpMethod.HEAD));
            return sameMethod && matchesPath(requestedPath);
        }

        boolean matchesPath(String requestedPath) {
            return path.matcher(requestedPath).matches();
        }

        String httpMethod() {
            return httpMethod;
        }

        private boolean isAnnotatedWith(Class<? extends Annotation> annotation) {
            return resourceMethod.isAnnotationPresent(annotation)
                    || resourceMethod.getDeclaringClass().isAnnotationPresent(annotation);
        }
    }

    /** The endpoints whose method or class has the annotation. To be called at start: it searches all endpoints. */
    public List<Endpoint> annotatedWith(Class<? extends Annotation> annotation) {
        return all.stream()
                .filter(endpoint -> endpoint.isAnnotatedWith(annotation))
                .toList();
    }

    List<Endpoint> all() {
        return all;
    }

    static List<Endpoint> endpointsOf(Class<?> resource) {
        String root = resource.getAnnotation(Path.class).value();
        List<Endpoint> found = new ArrayList<>();
        for (Method method : resource.getDeclaredMethods()) {
            Path methodPath = method.getAnnotation(Path.class);
            Pattern path = pattern(root + "/" + (methodPath == null ? "" : methodPath.value()));
            for (Annotation annotation : method.getAnnotations()) {
                HttpMethod httpMethod = annotation.annotationType().getAnnotation(HttpMethod.class);
                if (httpMethod != null) {
                    found.add(new Endpoint(method, httpMethod.value(), path));
                }
            }
        }
        return found;
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
