package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A file on its way in, as its owner sees it. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record Import(
        ImportId id,
        @Schema(enumeration = {"products", "stock"}) FileKind kind,
        @Schema(enumeration = {"shopify", "fondaco"}) FileFormat format,

        @Schema(description = "Whether it only says what it would do.")
        boolean dryRun,

        @Schema(enumeration = {"queued", "running", "done", "failed"})
        String status,

        RowCounts rows,
        String errorsUrl,
        Instant createdAt,
        @Nullable Instant finishedAt,

        @Schema(description = "Why it failed; what went in before stays.") @Nullable
        Failure failure) {

    @Schema(name = "ImportFailure")
    record Failure(String code, String detail) {}
}
