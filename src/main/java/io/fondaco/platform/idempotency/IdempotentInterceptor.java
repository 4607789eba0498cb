package io.fondaco.platform.idempotency;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.web.Json;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** What {@link Idempotent} promises. */
@Idempotent
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 180)
class IdempotentInterceptor {
    private static final String IDEMPOTENCY_KEY_HEADER = "Idempotency-Key";

    private final Idempotency idempotency;
    private final ObjectMapper json;
    private final HttpHeaders headers;
    private final UriInfo uri;
    private final Request request;
    private final Instance<CurrentRepresentation> currentRepresentations;

    IdempotentInterceptor(
            Idempotency idempotency,
            ObjectMapper json,
            HttpHeaders headers,
            UriInfo uri,
            Request request,
            @Any Instance<CurrentRepresentation> currentAnswers) {
        this.currentRepresentations = currentAnswers;
        this.idempotency = idempotency;
        this.json = json;
        this.headers = headers;
        this.uri = uri;
        this.request = request;
    }

    @AroundInvoke
    @Nullable
    Object run(InvocationContext call) throws Exception {
        String header = headers.getHeaderString(IDEMPOTENCY_KEY_HEADER);
        Idempotent declared = call.getMethod().getAnnotation(Idempotent.class);
        if (header == null && !declared.required()) {
            return call.proceed();
        }
        IdempotencyKey key = IdempotencyKey.required(header, principal(), route(), content(call));
        boolean keepsAnswer = declared.replayedBy() == CurrentRepresentation.class;
        return QuarkusTransaction.joiningExisting().call(() -> {
            Optional<IdempotentResponse> before =
                    keepsAnswer ? idempotency.claim(key) : idempotency.claimWithinLimit(key);
            if (before.isPresent()) {
                throw new ReplayedResponseException(
                        keepsAnswer ? before.get() : currentResponse(before.get(), declared.replayedBy()));
            }
            Object answer = call.proceed();
            IdempotentResponse whole = toIdempotentResponse(call.getMethod(), answer);
            idempotency.store(key, keepsAnswer ? whole : whole.withoutBody());
            return answer;
        });
    }

    private IdempotentResponse currentResponse(
            IdempotentResponse before, Class<? extends CurrentRepresentation> replayedBy) {
        Object body = currentRepresentations.select(replayedBy).get().read(uri, headers);
        return new IdempotentResponse(before.status(), Json.write(json, body), before.etag(), before.location());
    }

    /** Whoever holds the same key or token; asking who that is would have to authenticate where nobody need be. */
    private String principal() {
        String authorization = Optional.ofNullable(headers.getHeaderString(HttpHeaders.AUTHORIZATION))
                .orElse("");
        return "bearer:" + HexFormat.of().formatHex(Secret.hash(authorization));
    }

    private String route() {
        return request.getMethod() + " " + uri.getPath();
    }

    /** The body, and whatever else the method is given that is neither in the path nor a header. */
    private String content(InvocationContext call) {
        ArrayNode content = json.createArrayNode();
        Annotation[][] annotations = call.getMethod().getParameterAnnotations();
        for (int i = 0; i < annotations.length; i++) {
            boolean elsewhere = Arrays.stream(annotations[i])
                    .anyMatch(annotation -> annotation instanceof PathParam
                            || annotation instanceof org.jboss.resteasy.reactive.RestPath
                            || annotation instanceof HeaderParam);
            if (!elsewhere) {
                content.add(json.valueToTree(call.getParameters()[i]));
            }
        }
        return Json.write(json, content);
    }

    private IdempotentResponse toIdempotentResponse(Method method, @Nullable Object answer) {
        return switch (answer) {
            case null -> new IdempotentResponse(status(method, 204), "");
            case RestResponse<?> response -> toIdempotentResponse(response.toResponse());
            case Response response -> toIdempotentResponse(response);
            default -> new IdempotentResponse(status(method, 200), Json.write(json, answer));
        };
    }

    private IdempotentResponse toIdempotentResponse(Response response) {
        Object entity = response.getEntity();
        String body = entity == null ? "" : entity instanceof String text ? text : Json.write(json, entity);
        return new IdempotentResponse(
                response.getStatus(),
                body,
                Optional.ofNullable(response.getEntityTag()).map(tag -> "\"" + tag.getValue() + "\""),
                Optional.ofNullable(response.getLocation()).map(URI::toString));
    }

    private static int status(Method method, int otherwise) {
        return Optional.ofNullable(method.getAnnotation(ResponseStatus.class))
                .map(ResponseStatus::value)
                .orElse(otherwise);
    }

    /** Answers once more what was answered. */
    static class ReplayedResponseMapper {
        @ServerExceptionMapper
        Response toResponse(ReplayedResponseException before) {
            return before.response().toReplayedResponse();
        }
    }
}
