package io.fondaco.platform.web;

import io.fondaco.platform.identity.TypeId;
import io.opentelemetry.api.trace.Span;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * The {@code Request-Id} of every response: the client's own value if it has 8 to 64 letters, digits, dots, dashes or
 * underscores, otherwise a new one.
 */
@ApplicationScoped
public class RequestId {
    private static final String HEADER = "Request-Id";
    private static final String ATTRIBUTE = "fondaco.request_id";
    private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9_.-]{8,64}");
    private static final int FILTER_PRIORITY = 1000;

    private final CurrentVertxRequest current;

    RequestId(CurrentVertxRequest current) {
        this.current = current;
    }

    void register(@Observes Filters filters) {
        filters.register(this::assign, FILTER_PRIORITY);
    }

    private void assign(RoutingContext context) {
        String sent = context.request().getHeader(HEADER);
        String id = sent != null && ACCEPTED.matcher(sent).matches() ? sent : TypeId.format("req", TypeId.newUuid());
        context.put(ATTRIBUTE, id);
        HttpServerResponse response = context.response();
        response.putHeader(HEADER, id);
        MDC.put("request_id", id);
        Span.current().setAttribute(ATTRIBUTE, id);
        context.next();
    }

    static String of(RoutingContext context) {
        String id = context.get(ATTRIBUTE);
        return id == null ? "none" : id;
    }

    /** The id of the current request; {@code "none"} outside of a request. */
    public String value() {
        RoutingContext context = current.getCurrent();
        return context == null ? "none" : of(context);
    }
}
