package io.fondaco.platform.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

/** Problems that are answered before any resource is entered, on the event loop. */
@ApplicationScoped
public class Refusal {
    private final ObjectMapper json;

    Refusal(ObjectMapper json) {
        this.json = json;
    }

    /** Ends the request with a problem document; further headers are for the caller to set before. */
    public void send(RoutingContext context, int status, String code, String detail) {
        Problem problem = new Problem(
                "urn:fondaco:problem:" + code,
                ProblemMapper.title(status),
                status,
                code,
                detail,
                List.of(),
                RequestId.of(context),
                Map.of());
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, ProblemMapper.PROBLEM_JSON.toString())
                .end(Json.write(json, problem));
    }
}
