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

/** Implements {@link Idempotent}. */
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
            @Any Instance<CurrentRepresentation> currentRepresentations) {
        this.currentRepresentations = currentRepresentations;
        this.idempotency = idempotency;
        this.json = json;
        this.headers = headers;
        this.uri = uri;
        this.request = request;
    }

    @AroundInvoke
    @Nullable
    Object run(InvocationContext invocation) throws Exception {
        String header = headers.getHeaderString(IDEMPOTENCY_KEY_HEADER);
        Idempotent declared = invocation.getMethod().getAnnotation(Idempotent.class);
        if (header == null && !declared.required()) {
            return invocation.proceed();
        }
        IdempotencyKey key = IdempotencyKey.required(header, principal(), route(), content(invocation));
        boolean storesResponse = declared.replayedBy() == CurrentRepresentation.class;
        return QuarkusTransaction.joiningExisting().call(() -> {
            Optional<IdempotentResponse> stored =
                    storesResponse ? idempotency.claim(key) : idempotency.claimWithinLimit(key);
            if (stored.isPresent()) {
                throw new ReplayedResponseException(
                        storesResponse ? stored.get() : currentResponse(stored.get(), declared.replayedBy()));
            }
            Object result = invocation.proceed();
            IdempotentResponse response = toIdempotentResponse(invocation.getMethod(), result);
            idempotency.store(key, storesResponse ? response : response.withoutBody());
            return result;
        });
    }

    private IdempotentResponse currentResponse(
            IdempotentResponse stored, Class<? extends CurrentRepresentation> replayedBy) {
        Object body = currentRepresentations.select(replayedBy).get().read(uri, headers);
        return new IdempotentResponse(stored.status(), Json.write(json, body), stored.etag(), stored.location());
    }

    /**
     * A hash of the bearer token. The authenticated identity would require authentication on endpoints that do not need
     * it.
     */
    private String principal() {
        String authorization = Optional.ofNullable(headers.getHeaderString(HttpHeaders.AUTHORIZATION))
                .orElse("");
        return "bearer:" + HexFormat.of().formatHex(Secret.hash(authorization));
    }

    private String route() {
        return request.getMethod() + " " + uri.getPath();
    }

    /** The method's arguments that are neither path parameters nor headers: the body and the query parameters. */
    private String content(InvocationContext invocation) {
        ArrayNode content = json.createArrayNode();
        Annotation[][] annotations = invocation.getMethod().getParameterAnnotations();
        for (int i = 0; i < annotations.length; i++) {
            boolean inPathOrHeader = Arrays.stream(annotations[i])
                    .anyMatch(annotation -> annotation instanceof PathParam
                            || annotation instanceof org.jboss.resteasy.reactive.RestPath
                            || annotation instanceof HeaderParam);
            if (!inPathOrHeader) {
                content.add(json.valueToTree(invocation.getParameters()[i]));
            }
        }
        return Json.write(json, content);
    }

    private IdempotentResponse toIdempotentResponse(Method method, @Nullable Object result) {
        return switch (result) {
            case null -> new IdempotentResponse(status(method, 204), "");
            case RestResponse<?> response -> toIdempotentResponse(response.toResponse());
            case Response response -> toIdempotentResponse(response);
            default -> new IdempotentResponse(status(method, 200), Json.write(json, result));
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

    /** Returns the stored response. */
    static class ReplayedResponseMapper {
        @ServerExceptionMapper
        Response toResponse(ReplayedResponseException replay) {
            return replay.response().toReplayedResponse();
        }
    }
}
