package io.fondaco.tax;

import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.postal.Countries;
import io.fondaco.platform.postal.Regions;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.FieldChanges;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.Violation;
import io.fondaco.tax.TaxSettingsEntity.SettingsRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/** The settings of taxes: one row. Each read is one statement. */
@ApplicationScoped
class TaxSettingsService {
    static final CacheTag TAG = new CacheTag("tax-settings");

    private static final String SELECT = """
            select s.pricesIncludeTax, s.rounding, s.roundingMode, s.shippingTax, s.shippingCategory, s.sellerCountry,
                   s.sellerRegion, s.sellerPostalCode, s.reverseCharge, s.version, s.updatedAt
              from TaxSettingsEntity s""";

    private static final String UPDATE = """
            update versioned TaxSettingsEntity
               set pricesIncludeTax = :pricesIncludeTax, rounding = :rounding, roundingMode = :roundingMode,
                   shippingTax = :shippingTax, shippingCategory = :shippingCategory, sellerCountry = :sellerCountry,
                   sellerRegion = :sellerRegion, sellerPostalCode = :sellerPostalCode, reverseCharge = :reverseCharge,
                   updatedAt = instant""";

    private final Session session;
    private final TaxCategoryService categories;
    private final CacheInvalidation cacheInvalidation;

    TaxSettingsService(Session session, TaxCategoryService categories, CacheInvalidation cacheInvalidation) {
        this.session = session;
        this.categories = categories;
        this.cacheInvalidation = cacheInvalidation;
    }

    TaxSettings get() {
        return session.createSelectionQuery(SELECT, SettingsRow.class)
                .getSingleResult()
                .toSettings();
    }

    /**
     * Locks the row until the transaction ends. Changes of rates lock it first, so that overlapping rates are found
     * although another request adds them at the same time.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    TaxSettings lock() {
        return session.createSelectionQuery(SELECT, SettingsRow.class)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getSingleResult()
                .toSettings();
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 412, 428 as {@link IfMatch#require}; 422 with all violations
     */
    @Transactional
    TaxSettings change(@Nullable String ifMatch, TaxSettings.Change change) {
        TaxSettings before = lock();
        IfMatch.require(ifMatch, before.version());
        TaxSettings after = applyChange(before, change);
        validate(after);
        session.createMutationQuery(UPDATE)
                .setParameter("pricesIncludeTax", after.pricesIncludeTax())
                .setParameter("rounding", after.rounding().column())
                .setParameter("roundingMode", after.roundingMode().column())
                .setParameter("shippingTax", after.shippingTax().column())
                .setParameter("shippingCategory", after.shippingCategory())
                .setParameter("sellerCountry", after.sellerCountry(), String.class)
                .setParameter("sellerRegion", after.sellerRegion(), String.class)
                .setParameter("sellerPostalCode", after.sellerPostalCode(), String.class)
                .setParameter("reverseCharge", after.reverseCharge())
                .executeUpdate();
        cacheInvalidation.publish(Set.of(TAG));
        return get();
    }

    private static TaxSettings applyChange(TaxSettings before, TaxSettings.Change change) {
        FieldChanges fields = new FieldChanges(change.clear());
        String country = fields.apply("seller_country", change.sellerCountry(), before.sellerCountry());
        String region = fields.apply("seller_region", change.sellerRegion(), before.sellerRegion());
        String postalCode = fields.apply("seller_postal_code", change.sellerPostalCode(), before.sellerPostalCode());
        return new TaxSettings(
                Optional.ofNullable(change.pricesIncludeTax()).orElse(before.pricesIncludeTax()),
                Optional.ofNullable(change.rounding()).orElse(before.rounding()),
                Optional.ofNullable(change.roundingMode()).orElse(before.roundingMode()),
                Optional.ofNullable(change.shippingTax()).orElse(before.shippingTax()),
                Optional.ofNullable(change.shippingCategory()).orElse(before.shippingCategory()),
                country,
                region == null || country == null ? null : Regions.normalize(country, region),
                country == null ? null : postalCode,
                Optional.ofNullable(change.reverseCharge()).orElse(before.reverseCharge()),
                before.version(),
                before.updatedAt());
    }

    private void validate(TaxSettings settings) {
        List<Violation> violations = new ArrayList<>();
        String country = settings.sellerCountry();
        String region = settings.sellerRegion();
        if (country != null && !Countries.isKnown(country)) {
            violations.add(TaxRateValidator.unknownCountry("/seller_country", country));
        } else if (country != null && region != null && !Regions.isKnown(country, region)) {
            violations.add(TaxRateValidator.unknownRegion("/seller_region", country, region));
        }
        if (country == null && settings.reverseCharge()) {
            violations.add(new Violation(
                    "/reverse_charge", "seller_country_required", "Reverse charge needs the country of the seller."));
        }
        if (!categories.lockCodes().contains(settings.shippingCategory())) {
            violations.add(TaxRateValidator.unknownCategory("/shipping_category", settings.shippingCategory()));
        }
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
    }
}
