package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What became of the rows of a file so far; each counts once. */
@Schema(name = "ImportRows", description = "What became of the rows of the file so far; each counts once.")
record RowCounts(long created, long updated, long unchanged, long rejected) {
    @JsonProperty
    @Schema(description = "The sum of the others.")
    long read() {
        return created + updated + unchanged + rejected;
    }
}
