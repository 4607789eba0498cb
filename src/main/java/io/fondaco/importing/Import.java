package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.productfiles.FileFormat;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An import job as the API shows it. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record Import(
        ImportId id,

        @Schema(
                implementation = String.class,
                enumeration = {"products", "stock", "prices", "tax-rates"})
        FileKind kind,

        @Schema(
                implementation = String.class,
                enumeration = {"shopify", "fondaco"})
        FileFormat format,

        @Schema(nullable = true, description = "ISO 4217 code of the prices in a shopify file.", examples = "EUR")
        @Nullable
        String currency,

        @Schema(description = "Whether the import only reports what it would do.")
        boolean dryRun,

        @Schema(enumeration = {"queued", "running", "done", "failed"})
        String status,

        RowCounts rows,
        String errorsUrl,

        @Schema(description = "Applied rows with a warning; they also count as created, updated or unchanged.")
        long warnings,

        String warningsUrl,

        @Schema(
                description =
                        "Columns of a stock file in the format shopify that are not read; known once the import runs.",
                examples = "[\"HS Code\", \"COO\"]")
        List<String> ignoredColumns,

        Instant createdAt,
        @Nullable Instant finishedAt,

        @Schema(description = "Why the import failed; rows that were applied before stay.") @Nullable
        Failure failure) {

    @Schema(name = "ImportFailure")
    record Failure(String code, String detail) {}
}
