package io.fondaco.platform.web;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An error that the client can understand: its own mistake, or a state that prevents the request. Modules extend it for
 * the exceptions of their API; {@link ProblemMapper} is the only place that maps it to {@code
 * application/problem+json}.
 */
public class ApiException extends RuntimeException {
    private final int status;
    private final String code;
    private final transient List<Violation> violations;
    private final transient Map<String, Object> extensions;
    private final @Nullable Duration retryAfter;

    public ApiException(int status, String code, String detail) {
        this(status, code, detail, List.of(), Map.of(), null);
    }

    public ApiException(int status, String code, String detail, List<Violation> violations) {
        this(status, code, detail, violations, Map.of(), null);
    }

    /**
     * @param status HTTP status, 4xx or 503
     * @param code stable, for programs: {@code out_of_stock}
     * @param detail for people: what is wrong and what to do
     * @param violations one per offending field
     * @param extensions additional members of the problem document
     * @param retryAfter after which time a retry makes sense
     */
    public ApiException(
            int status,
            String code,
            String detail,
            List<Violation> violations,
            Map<String, Object> extensions,
            @Nullable Duration retryAfter) {
        super(detail);
        this.status = status;
        this.code = code;
        this.violations = List.copyOf(violations);
        this.extensions = Map.copyOf(extensions);
        this.retryAfter = retryAfter;
    }

    public static ApiException badRequest(String code, String detail) {
        return new ApiException(400, code, detail);
    }

    /**
     * The value of a query parameter; empty if it was not sent.
     *
     * @param text as sent
     * @throws ApiException 400 {@code invalid_parameter} if the parser throws an {@link IllegalArgumentException} or a
     *     {@link DateTimeException}
     */
    public static <T> Optional<T> parseParameter(String name, @Nullable String text, Function<String, T> parser) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException | DateTimeException _) {
            throw badRequest(
                    "invalid_parameter",
                    "'%s' is not a valid value of parameter '%s'.".formatted(Violation.abbreviate(text), name));
        }
    }

    public static ApiException notFound(String resource, String id) {
        return new ApiException(404, "not_found", "There is no %s '%s'.".formatted(resource, Violation.abbreviate(id)));
    }

    public static ApiException conflict(String code, String detail) {
        return new ApiException(409, code, detail);
    }

    /** A well-formed request that breaks a rule of one field. */
    public static ApiException invalid(String pointer, String code, String detail) {
        return new ApiException(422, code, detail, List.of(new Violation(pointer, code, detail)));
    }

    /** A well-formed request that breaks rules of several fields. */
    public static ApiException invalid(List<Violation> violations) {
        Violation first = violations.getFirst();
        return new ApiException(422, violations.size() == 1 ? first.code() : "invalid", first.detail(), violations);
    }

    public static ApiException unavailable(String code, String detail, Duration retryAfter) {
        return new ApiException(503, code, detail, List.of(), Map.of(), retryAfter);
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    public List<Violation> violations() {
        return violations;
    }

    public Map<String, Object> extensions() {
        return extensions;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
