package io.fondaco.tax;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The one row of {@link TaxSettings}. {@link TaxSettingsService} changes it by statements. */
@Entity
@Table(schema = "tax", name = "settings")
class TaxSettingsEntity {
    @Id
    short id;

    @Column(name = "prices_include_tax")
    boolean pricesIncludeTax;

    String rounding;

    @Column(name = "rounding_mode")
    String roundingMode;

    @Column(name = "shipping_tax")
    String shippingTax;

    @Column(name = "shipping_category")
    String shippingCategory;

    @Column(name = "seller_country")
    @Nullable
    String sellerCountry;

    @Column(name = "seller_region")
    @Nullable
    String sellerRegion;

    @Column(name = "seller_postal_code")
    @Nullable
    String sellerPostalCode;

    @Column(name = "reverse_charge")
    boolean reverseCharge;

    @Version
    long version;

    @Column(name = "updated_at")
    Instant updatedAt;

    /** The columns of {@link TaxSettings}, in the order of {@link TaxSettingsService}. */
    record SettingsRow(
            boolean pricesIncludeTax,
            String rounding,
            String roundingMode,
            String shippingTax,
            String shippingCategory,
            @Nullable String sellerCountry,
            @Nullable String sellerRegion,
            @Nullable String sellerPostalCode,
            boolean reverseCharge,
            long version,
            Instant updatedAt) {

        TaxSettings toSettings() {
            return new TaxSettings(
                    pricesIncludeTax,
                    TaxSettings.Rounding.ofColumn(rounding),
                    TaxSettings.RoundingRule.ofColumn(roundingMode),
                    TaxSettings.ShippingTax.ofColumn(shippingTax),
                    shippingCategory,
                    sellerCountry,
                    sellerRegion,
                    sellerPostalCode,
                    reverseCharge,
                    version,
                    updatedAt);
        }
    }
}
