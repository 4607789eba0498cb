package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import java.time.LocalDate;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A shipping method with its price.
 *
 * @param code {@code "standard"}, {@code "pickup"}
 * @param price of all parcels
 * @param needsAddress false if the customer collects the goods
 * @param estimate when the last parcel arrives, if the shop says so
 * @param pickupLocation the code of the stock location where the customer collects the goods
 */
public record ShippingQuote(
        String code,
        String name,
        Money price,
        boolean needsAddress,
        Optional<DeliveryEstimate> estimate,
        Optional<String> pickupLocation) {

    /** The same method at another price. */
    public ShippingQuote withPrice(Money changed) {
        return new ShippingQuote(code, name, changed, needsAddress, estimate, pickupLocation);
    }

    /**
     * When goods that are ordered now arrive.
     *
     * @param minDays calendar days from the order; one more if it is placed after the cut-off time of the day
     * @param earliest {@code minDays} after the current day in the time zone of the cut-off time, otherwise in UTC
     */
    @Schema(name = "DeliveryEstimate")
    public record DeliveryEstimate(
            @Schema(description = "Calendar days from today to the earliest delivery.", examples = "1")
            int minDays,

            @Schema(description = "Calendar days from today to the latest delivery.", examples = "3")
            int maxDays,

            LocalDate earliest,
            LocalDate latest) {}
}
