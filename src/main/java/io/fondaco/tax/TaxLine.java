package io.fondaco.tax;

import io.fondaco.platform.money.Money;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The tax of one name and rate.
 *
 * @param name of the tax: {@code "VAT"}, {@code "State tax"}
 * @param rate a fraction as a plain decimal without trailing zeros: {@code "0.19"}
 * @param taxable the amount that is taxed, without tax
 * @param amount the tax
 */
@Schema(name = "TaxLine")
public record TaxLine(
        @Schema(examples = "VAT") String name,

        @Schema(examples = "0.19", description = "A fraction as a decimal.")
        String rate,

        Money taxable,
        Money amount) {}
