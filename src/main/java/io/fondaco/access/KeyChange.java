package io.fondaco.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.DateTimeParser;
import io.fondaco.platform.web.Violation;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The request to change an API key. Absent fields keep their values. */
record KeyChange(
        @Size(min = 1, max = 200) @Nullable String name,
        @Size(min = 1, max = 50) @Nullable List<@NotNull @Size(max = 50) String> scopes,

        @Schema(
                implementation = Instant.class,
                nullable = true,
                description = "null: the key does not expire. Not later than the expiry of the caller's key.")
        @Nullable
        JsonNode expiresAt) {

    /**
     * The new expiry; null if it is absent or the key does not expire.
     *
     * @throws ApiException 400 {@code wrong_type} if it is not a time
     */
    @Nullable
    Instant parseExpiry() {
        return expiresAt == null || expiresAt.isNull() ? null : parseInstant(expiresAt);
    }

    private static Instant parseInstant(JsonNode node) {
        if (node.isTextual()) {
            try {
                return DateTimeParser.parseInstant(node.asText());
            } catch (DateTimeException _) {
                // Falls through to the error for values that are not text.
            }
        }
        String detail = "'%s' is not a time; expected a value like 2026-11-24T12:00:00Z."
                .formatted(Violation.abbreviate(node.asText()));
        throw new ApiException(400, "wrong_type", detail, List.of(new Violation("/expires_at", "wrong_type", detail)));
    }
}
