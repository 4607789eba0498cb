package io.fondaco.parcel;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a provider is asked: a label for a parcel. It is stored as JSON until the outcome is known.
 *
 * @param id ours: the same for each repetition
 * @param orderNumber for people
 * @param shippingMethod the code of the method of the order; null if it has none
 */
public record LabelRequest(
        LabelId id,
        long orderNumber,
        @Nullable String shippingMethod,
        PostalAddress sender,
        PostalAddress recipient,
        Parcel parcel) {

    /**
     * @param weightGrams above zero
     * @param size null if it is not known: the provider decides by the items, or refuses
     */
    public record Parcel(long weightGrams, @Nullable Size size, List<Item> items) {
        public Parcel {
            items = List.copyOf(items);
        }
    }

    /** Outer measures in millimeters. */
    public record Size(int lengthMm, int widthMm, int heightMm) {}

    /**
     * Units of one variant in the parcel.
     *
     * @param weightGrams of one unit; 0 if it is not known
     * @param size of one unit; null if it is not known
     * @param unitPrice for customs and insurance: before discounts
     */
    public record Item(
            String sku,
            String title,
            int quantity,
            long weightGrams,
            @Nullable Size size,
            Money unitPrice) {}
}
