package io.fondaco.tax;

import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A tax category in the admin API.
 *
 * @param builtIn whether it exists from the start and cannot be deleted
 */
@Schema(name = "TaxCategory")
record TaxCategory(
        @Schema(examples = "reduced") String code,
        @Schema(examples = "Reduced") String name,

        @Schema(description = "Whether it exists from the start and cannot be deleted.")
        boolean builtIn,

        long version,
        Instant createdAt,
        Instant updatedAt) {
    static final String CODE = "[a-z0-9_-]{1,40}";
    static final int MAX_NAME = 100;

    /** The request to create a tax category. */
    @Schema(name = "NewTaxCategory")
    record Draft(
            @NotNull @Pattern(regexp = CODE) @Schema(examples = "books")
            String code,

            @NotBlank @Size(max = MAX_NAME) @Pattern(regexp = PostalAddress.PRINTABLE) @Schema(examples = "Books")
            String name) {}

    /** The request to change a tax category. */
    @Schema(name = "TaxCategoryChange")
    record Change(
            @NotBlank @Size(max = MAX_NAME) @Pattern(regexp = PostalAddress.PRINTABLE) @Schema(examples = "Books")
            String name) {}
}
