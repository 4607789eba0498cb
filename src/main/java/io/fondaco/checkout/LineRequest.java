package io.fondaco.checkout;

import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A line to add to a cart. Quantities of the same SKU are added up. */
record LineRequest(
        @NotBlank
        @Size(max = 255)
        @Pattern(regexp = PostalAddress.PRINTABLE, message = PostalAddress.NOT_PRINTABLE)
        @Schema(examples = "85123A")
        String sku,

        @NotNull @Schema(description = "Units, 1 to 9999.", minimum = "1", maximum = "9999", examples = "2")
        Long quantity) {}
