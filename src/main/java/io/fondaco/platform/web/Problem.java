package io.fondaco.platform.web;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of every error response: RFC 9457 with a stable code, the offending fields and additional members. */
@Schema(name = "Problem", description = "RFC 9457 problem details.")
record Problem(
        @Schema(examples = "urn:fondaco:problem:out_of_stock")
        String type,

        @Schema(examples = "Conflict") String title,
        @Schema(examples = "409") int status,

        @Schema(description = "Stable, for programs.", examples = "out_of_stock")
        String code,

        @Schema(description = "For people: what is wrong and what to do.")
        String detail,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Violation> errors,

        @Schema(description = "Quote it to support; the same as Request-Id.")
        String traceId,

        @JsonIgnore Map<String, Object> extensions) {

    @JsonAnyGetter
    Map<String, Object> members() {
        return extensions;
    }
}
