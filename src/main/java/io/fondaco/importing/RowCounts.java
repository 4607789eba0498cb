package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The results of the rows processed so far; each row counts once. */
@Schema(name = "ImportRows", description = "The results of the rows processed so far; each row counts once.")
record RowCounts(long created, long updated, long unchanged, long rejected) {
    @JsonProperty
    @Schema(description = "The sum of the others.")
    long read() {
        return created + updated + unchanged + rejected;
    }
}
