package io.fondaco.platform.web;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.fondaco.platform.Causes;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.database.RouteInfo;
import io.fondaco.platform.identity.InvalidId;
import io.fondaco.platform.transactions.ContentionMetrics;
import io.quarkus.hibernate.validator.runtime.jaxrs.ResteasyReactiveViolationException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.hibernate.JDBCException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** The only place that maps exceptions to {@code application/problem+json}. Logs server errors, once. */
class ProblemMapper {
    static final MediaType PROBLEM_JSON = new MediaType("application", "problem+json");
    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final RequestId requestId;
    private final RouteInfo routeInfo;
    private final ContentionMetrics contentionMetrics;
    private final AllowedMethods allowedMethods;

    ProblemMapper(
            RequestId requestId,
            RouteInfo routeInfo,
            ContentionMetrics contentionMetrics,
            AllowedMethods allowedMethods) {
        this.requestId = requestId;
        this.routeInfo = routeInfo;
        this.contentionMetrics = contentionMetrics;
        this.allowedMethods = allowedMethods;
    }

    @ServerExceptionMapper
    Response map(ApiException e) {
        Response.ResponseBuilder response =
                respond(e.status(), e.code(), e.getMessage(), e.violations(), e.extensions());
        e.retryAfter().ifPresent(wait -> response.header(HttpHeaders.RETRY_AFTER, Math.max(1, wait.toSeconds())));
        return response.build();
    }

    @ServerExceptionMapper
    Response map(InvalidId e) {
        return respond(404, "not_found", message(e)).build();
    }

    @ServerExceptionMapper({JsonProcessingException.class, MismatchedInputException.class})
    Response map(JsonProcessingException e) {
        return malformedJson(e).build();
    }

    @ServerExceptionMapper
    Response map(ResteasyReactiveViolationException e) {
        return constraintViolations(e).build();
    }

    @ServerExceptionMapper
    Response map(ConstraintViolationException e) {
        return constraintViolations(e).build();
    }

    @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
    Response unauthorized(Exception e) {
        return Causes.find(e, ApiException.class)
                .map(known -> respond(401, known.code(), known.getMessage()))
                .orElseGet(() -> respond(401, "unauthorized", ProblemResponseWriter.API_KEY_REQUIRED))
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                .build();
    }

    @ServerExceptionMapper
    Response map(ForbiddenException e) {
        return respond(403, "forbidden", "The API key does not have the scope that this operation requires.")
                .build();
    }

    @ServerExceptionMapper
    Response map(WebApplicationException e, UriInfo uri) {
        Optional<JsonProcessingException> json = Causes.find(e, JsonProcessingException.class);
        int status = e.getResponse().getStatus();
        if (json.isPresent() && status < 500) {
            return malformedJson(json.get()).build();
        }
        if (status == 404 && e.getCause() instanceof NumberFormatException) {
            return respond(400, "invalid_parameter", "A parameter is not a whole number.")
                    .build();
        }
        if (status >= 500) {
            LOG.errorf(e, "Request %s failed", requestId.value());
        }
        String title = title(status);
        Response.ResponseBuilder response =
                respond(status, title.toLowerCase(Locale.ROOT).replace(' ', '_'), title + ".");
        Object allow = e.getResponse().getHeaders().getFirst(HttpHeaders.ALLOW);
        if (allow != null) {
            response.header(HttpHeaders.ALLOW, allow);
        } else if (status == 405) {
            allowedMethods
                    .of(uri.getRequestUri().getPath())
                    .ifPresent(methods -> response.header(HttpHeaders.ALLOW, methods));
        }
        return response.build();
    }

    @ServerExceptionMapper
    Response map(Exception e) {
        Optional<ApiException> wrapped = Causes.find(e, ApiException.class);
        if (wrapped.isPresent()) {
            return map(wrapped.get());
        }
        return switch (DatabaseFailure.classify(e)) {
            case UNAVAILABLE -> {
                LOG.warnf(
                        "Request %s could not connect to the database: %s",
                        requestId.value(), message(Causes.rootCause(e)));
                yield retryLater("database_unavailable", "The database is unavailable; try again.");
            }
            case POOL_EXHAUSTED -> {
                LOG.warnf("Request %s got no database connection: the pool is exhausted", requestId.value());
                yield retryLater("overloaded", "All database connections are in use; try again.");
            }
            case INSUFFICIENT_RESOURCES -> {
                LOG.errorf(
                        "Request %s failed, the database is out of resources: %s",
                        requestId.value(), message(Causes.rootCause(e)));
                yield retryLater("database_full", "The database is out of resources; try again.");
            }
            case COMMIT_OUTCOME_UNKNOWN -> {
                LOG.warnf(
                        "Request %s lost the database connection during its commit: %s",
                        requestId.value(), message(Causes.rootCause(e)));
                yield retryLater(
                        "outcome_unknown",
                        "The database connection was lost during the commit, so the change may or may not"
                                + " be saved. Try again, with the same Idempotency-Key if you sent one.");
            }
            case TRANSIENT_CONFLICT -> {
                contentionMetrics.recordFailure(e);
                LOG.warnf(
                        "Request %s failed with a lock conflict: %s", requestId.value(), message(Causes.rootCause(e)));
                yield retryLater("busy", "Another request has locked the same records; try again.");
            }
            case STATEMENT_TIMEOUT -> {
                LOG.warnf("Request %s exceeded the statement timeout", requestId.value());
                yield retryLater(
                        "database_slow", "A database statement took too long and nothing was changed; try again.");
            }
            case READ_ONLY_VIOLATION -> wroteOnReadOnly(e);
            case OTHER -> {
                LOG.errorf(e, "Request %s failed", requestId.value());
                yield internalError();
            }
        };
    }

    private Response retryLater(String code, String detail) {
        return respond(503, code, detail)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER.toSeconds())
                .build();
    }

    /** On the replica route this is a bug; on the primary route the server has just lost its primary role. */
    private Response wroteOnReadOnly(Exception e) {
        String statement =
                Causes.find(e, JDBCException.class).map(JDBCException::getSQL).orElse("unknown statement");
        if (routeInfo.isReadOnly()) {
            routeInfo.recordRoutingBug();
            LOG.errorf(e, "ROUTING BUG: request %s wrote on the replica route: %s", requestId.value(), statement);
            return internalError();
        }
        LOG.warnf("Request %s wrote to a server that is no longer the primary: %s", requestId.value(), statement);
        return retryLater("database_unavailable", "The database is failing over to another server; try again.");
    }

    private Response internalError() {
        return respond(500, "internal_error", "Internal error; it has been logged under the trace_id.")
                .build();
    }

    private Response.ResponseBuilder malformedJson(JsonProcessingException e) {
        if (Causes.find(e, ApiException.class).isPresent()
                || Causes.find(e, IllegalArgumentException.class).isPresent()) {
            Throwable cause = Causes.find(e, ApiException.class)
                    .map(Throwable.class::cast)
                    .or(() -> Causes.find(e, IllegalArgumentException.class).map(Throwable.class::cast))
                    .orElse(e);
            return violation(422, pointer(e), "invalid_value", message(cause));
        }
        if (Causes.find(e, InputCoercionException.class).isPresent()) {
            return violation(
                    400,
                    pointer(e),
                    "out_of_range",
                    "The number is out of range; expected a whole number from %d to %d%s."
                            .formatted(Long.MIN_VALUE, Long.MAX_VALUE, location(e)));
        }
        return switch (e) {
            case UnrecognizedPropertyException unknown ->
                violation(
                        400,
                        pointer(e),
                        "unknown_field",
                        "There is no field '%s' here.".formatted(Violation.abbreviate(unknown.getPropertyName())));
            case InvalidFormatException mismatch ->
                violation(
                        400,
                        pointer(e),
                        "wrong_type",
                        "'%s' is not valid; expected %s."
                                .formatted(
                                        Violation.abbreviate(String.valueOf(mismatch.getValue())), expected(mismatch)));
            case MismatchedInputException mismatch ->
                violation(400, pointer(e), "wrong_type", "Expected %s here.".formatted(expected(mismatch)));
            case StreamConstraintsException _ ->
                respond(400, "malformed_json", "The JSON is nested too deeply or has a value that is too long.");
            default -> respond(400, "malformed_json", "The body is not valid JSON%s.".formatted(location(e)));
        };
    }

    private static String location(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : " (line %d, column %d)"
                        .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    }

    private Response.ResponseBuilder violation(int status, String pointer, String code, String detail) {
        return respond(status, code, detail, List.of(new Violation(pointer, code, detail)), Map.of());
    }

    private static String expected(MismatchedInputException e) {
        Class<?> type = e.getTargetType();
        if (type == null) {
            return "another type";
        }
        if (type == long.class || type == int.class || type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        if (type == String.class) {
            return "a string";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == Instant.class) {
            return "a date-time like 2026-11-24T12:00:00Z";
        }
        if (type == LocalDate.class) {
            return "a date like 2026-11-24";
        }
        return List.class.isAssignableFrom(type) ? "an array" : "an object with the documented fields";
    }

    private static String pointer(JsonProcessingException e) {
        if (!(e instanceof JsonMappingException mapping)) {
            return "";
        }
        StringBuilder pointer = new StringBuilder();
        for (JsonMappingException.Reference step : mapping.getPath()) {
            String name = step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName();
            pointer.append('/')
                    .append(Violation.abbreviate(name).replace("~", "~0").replace("/", "~1"));
        }
        return JsonPointer.compile(pointer.toString()).toString();
    }

    private Response.ResponseBuilder constraintViolations(ConstraintViolationException e) {
        List<Violation> violations = e.getConstraintViolations().stream()
                .map(ProblemMapper::violation)
                .sorted((a, b) -> a.pointer().compareTo(b.pointer()))
                .limit(Violation.MAX_REPORTED)
                .toList();
        Violation first = violations.getFirst();
        boolean parameter = !first.pointer().startsWith("/");
        return respond(
                parameter ? 400 : 422, first.code(), first.pointer() + ": " + first.detail(), violations, Map.of());
    }

    private static Violation violation(ConstraintViolation<?> violation) {
        StringBuilder pointer = new StringBuilder();
        int depth = 0;
        boolean body = false;
        for (Path.Node node : violation.getPropertyPath()) {
            // The first two nodes are the resource method and its parameter; the others are in the body.
            if (depth == 1) {
                pointer.append(node.getName());
            }
            if (depth > 1) {
                if (!body) {
                    pointer.setLength(0);
                    body = true;
                }
                if (node.getIndex() != null) {
                    pointer.append('/').append(node.getIndex());
                }
                if (node.getName() != null && !node.getName().startsWith("<")) {
                    pointer.append('/').append(snakeCase(node.getName()));
                }
            }
            depth++;
        }
        return Violation.of(pointer.toString(), violation);
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    private Response.ResponseBuilder respond(int status, String code, @Nullable String detail) {
        return respond(status, code, detail, List.of(), Map.of());
    }

    private Response.ResponseBuilder respond(
            int status, String code, @Nullable String detail, List<Violation> errors, Map<String, Object> extensions) {
        return Response.status(status)
                .type(PROBLEM_JSON)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(new Problem(
                        "urn:fondaco:problem:" + code,
                        title(status),
                        status,
                        code,
                        detail == null ? "" : detail,
                        errors,
                        requestId.value(),
                        extensions));
    }

    /** The HTTP status as text; Jakarta REST does not know 422. */
    static String title(int status) {
        Response.StatusType known = Response.Status.fromStatusCode(status);
        return status == 422 ? "Unprocessable Content" : known == null ? "Error" : known.getReasonPhrase();
    }

    private static String message(Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
