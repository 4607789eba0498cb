package io.fondaco.invoice;

import io.fondaco.platform.postal.CountryCode;
import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Who issues the invoices, as the admin API shows it.
 *
 * @param addressLines street and number, or a post office box; without the city
 */
@Schema(name = "SellerSettings")
record SellerSettings(
        @Schema(description = "The full name of the business.", examples = "Lumen GmbH") @Nullable
        String name,

        @Schema(description = "The address without postal code and city.")
        List<String> addressLines,

        @Nullable String postalCode,
        @Nullable String city,
        @Nullable String region,

        @Schema(description = "ISO 3166-1 alpha-2.", examples = "DE") @Nullable
        String country,

        @Schema(description = "The VAT identification number, or the tax number.", examples = "DE136695976") @Nullable
        String taxId,

        @Schema(
                description = "The entry in a register of businesses, and what else the law requires.",
                examples = "Amtsgericht Berlin, HRB 1234 B")
        @Nullable
        String registration,

        long version,
        Instant updatedAt) {

    private static final int MAX_NAME = 200;
    private static final int MAX_ADDRESS_LINES = 3;
    private static final int MAX_TAX_ID = 50;
    private static final int MAX_REGISTRATION = 500;
    private static final String FIELDS = "name|address_lines|postal_code|city|region|country|tax_id|registration";

    SellerSettings {
        addressLines = List.copyOf(addressLines);
    }

    /**
     * The request to change the settings. Absent fields keep their values.
     *
     * @param clear the fields whose value is removed
     */
    @Schema(name = "SellerSettingsChange")
    record Change(
            @Size(min = 1, max = MAX_NAME) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String name,

            @Size(min = 1, max = MAX_ADDRESS_LINES) @Nullable
            List<@NotNull @Size(min = 1, max = MAX_NAME) @Pattern(regexp = PostalAddress.PRINTABLE) String>
                    addressLines,

            @Size(min = 1, max = 20) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String postalCode,

            @Size(min = 1, max = 100) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String city,

            @Size(min = 1, max = 100) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String region,

            @CountryCode @Schema(examples = "DE") @Nullable String country,

            @Size(min = 1, max = MAX_TAX_ID) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String taxId,

            @Size(min = 1, max = MAX_REGISTRATION) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String registration,

            @Size(max = 8) @Schema(description = "The fields whose value is removed.") @Nullable
            List<@NotNull @Pattern(regexp = FIELDS) String> clear) {}
}
