package io.fondaco.platform.web;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One offending field of a request.
 *
 * @param pointer JSON Pointer (RFC 6901) into the body, or the name of a parameter
 * @param code stable, for programs
 * @param detail for people
 * @param facts further members: {@code sku}, {@code requested}, {@code available}
 */
public record Violation(
        @Schema(description = "JSON Pointer into the body, or the name of a parameter.")
        String pointer,

        @Schema(description = "Stable, for programs.") String code,

        @Schema(description = "For people.") String detail,
        @JsonIgnore Map<String, Object> facts) {
    private static final int SHOWN_LENGTH = 80;

    public Violation(String pointer, String code, String detail) {
        this(pointer, code, detail, Map.of());
    }

    @JsonAnyGetter
    Map<String, Object> members() {
        return facts;
    }

    /** A value as an error message may show it: at most 80 characters. */
    public static String shorten(String value) {
        return value.length() <= SHOWN_LENGTH ? value : value.substring(0, SHOWN_LENGTH) + "…";
    }
}
