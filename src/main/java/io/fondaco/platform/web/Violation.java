package io.fondaco.platform.web;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import jakarta.validation.ConstraintViolation;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One offending field of a request.
 *
 * @param pointer JSON Pointer (RFC 6901) into the body, or the name of a parameter
 * @param code stable, for programs
 * @param detail for people
 * @param extensions additional members: {@code sku}, {@code requested}, {@code available}
 */
public record Violation(
        @Schema(description = "JSON Pointer into the body, or the name of a parameter.")
        String pointer,

        @Schema(description = "Stable, for programs.") String code,

        @Schema(description = "For people.") String detail,
        @JsonIgnore Map<String, Object> extensions) {
    /** Maximum number of violations in a response; code that checks many entries stops there. */
    public static final int MAX_REPORTED = 100;

    private static final int MAX_VALUE_LENGTH = 80;

    public Violation(String pointer, String code, String detail) {
        this(pointer, code, detail, Map.of());
    }

    @JsonAnyGetter
    Map<String, Object> members() {
        return extensions;
    }

    /** The violation of a declared constraint. */
    public static Violation of(String pointer, ConstraintViolation<?> violation) {
        String annotation = violation
                .getConstraintDescriptor()
                .getAnnotation()
                .annotationType()
                .getSimpleName();
        String code =
                switch (annotation) {
                    case "NotNull", "NotBlank", "NotEmpty" -> "required";
                    case "Min", "Max", "Positive", "PositiveOrZero" -> "out_of_range";
                    case "Size" -> "invalid_length";
                    default -> "invalid_format";
                };
        return new Violation(pointer, code, violation.getMessage());
    }

    /** The value shortened for an error message: at most 80 characters and an ellipsis. */
    public static String abbreviate(String value) {
        return value.length() <= MAX_VALUE_LENGTH ? value : value.substring(0, MAX_VALUE_LENGTH) + "…";
    }
}
