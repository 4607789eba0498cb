package io.fondaco.checkout;

import io.fondaco.platform.postal.EmailAddress;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A cart to create. */
record NewCartRequest(
        @NotBlank @Size(max = 10) @Schema(description = "ISO 4217.", examples = "GBP")
        String currency,

        @Nullable @EmailAddress.ValidEmail @Size(max = EmailAddress.MAX_LENGTH) @Schema(description = CartPatch.EMAIL)
        String email,

        // CartService validates each line and stops after some violations.
        @Nullable @Size(max = 10_000) List<LineRequest> lines) {}
