package io.fondaco.checkout;

import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The new quantity of a cart line. */
record QuantityRequest(
        @NotNull @Schema(description = "Units, 1 to 9999.", minimum = "1", maximum = "9999")
        Long quantity) {}
