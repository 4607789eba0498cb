package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A file on its way in, as its owner sees it. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record Import(
        ImportId id,
        @Schema(enumeration = {"products", "stock"}) FileKind kind,
        @Schema(enumeration = {"shopify", "fondaco"}) FileFormat format,

        @Schema(nullable = true, description = "ISO 4217 code of the prices in a shopify file.", examples = "EUR")
        @Nullable
        String currency,

        @Schema(description = "Whether it only says what it would do.")
        boolean dryRun,

        @Schema(enumeration = {"queued", "running", "done", "failed"})
        String status,

        RowCounts rows,
        String errorsUrl,

        @Schema(description = "Rows that went in, and of which there is something to know; they count as well.")
        long warnings,

        String warningsUrl,

        @Schema(
                description =
                        "Columns of a stock file in the format shopify that nothing is read from; known once it runs.",
                examples = "[\"HS Code\", \"COO\"]")
        List<String> ignoredColumns,

        Instant createdAt,
        @Nullable Instant finishedAt,

        @Schema(description = "Why it failed; what went in before stays.") @Nullable
        Failure failure) {

    @Schema(name = "ImportFailure")
    record Failure(String code, String detail) {}
}
