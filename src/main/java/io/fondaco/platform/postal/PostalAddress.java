package io.fondaco.platform.postal;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A shipping or billing address.
 *
 * @param country ISO 3166-1 alpha-2
 */
public record PostalAddress(
        @NotBlank
        @Size(max = 200)
        @Pattern(regexp = PRINTABLE, message = NOT_PRINTABLE)
        @Schema(examples = "Ada Lovelace")
        String name,

        @NotBlank
        @Size(max = 200)
        @Pattern(regexp = PRINTABLE, message = NOT_PRINTABLE)
        @Schema(examples = "12 St James's Square")
        String line1,

        @Nullable @Size(max = 200) @Pattern(regexp = PRINTABLE, message = NOT_PRINTABLE)
        String line2,

        @NotBlank @Size(max = 100) @Pattern(regexp = PRINTABLE, message = NOT_PRINTABLE) @Schema(examples = "London")
        String city,

        @Nullable @Size(max = 100) @Pattern(regexp = PRINTABLE, message = NOT_PRINTABLE)
        String region,

        @NotBlank @Size(max = 20) @Pattern(regexp = PRINTABLE, message = NOT_PRINTABLE) @Schema(examples = "SW1Y 4JH")
        String postalCode,

        @NotNull @CountryCode @Schema(description = "ISO 3166-1 alpha-2", examples = "GB")
        String country,

        @Nullable @Size(max = 40) @Pattern(regexp = PRINTABLE, message = NOT_PRINTABLE)
        String phone) {

    /** No control characters; this includes NUL, which PostgreSQL rejects. */
    public static final String PRINTABLE = "[^\\p{Cntrl}]*";

    public static final String NOT_PRINTABLE = "must not contain control characters";
}
