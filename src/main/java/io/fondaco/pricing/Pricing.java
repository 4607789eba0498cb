package io.fondaco.pricing;

import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPricing;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.messaging.DomainEvent;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Prices, for other modules: base prices, one per variant and currency, and the prices of price lists. Calls join the
 * caller's transaction and follow its route.
 */
public interface Pricing extends VariantPricing {
    /** The largest quantity from which a tier can apply: that of a cart line. */
    int MAX_MIN_QUANTITY = 9_999;

    /** The events of price lists. A change of their prices is a {@code product.prices_changed}. */
    sealed interface PriceListEvent extends DomainEvent {
        PriceListId id();

        String name();

        @EventType(name = "price_list.created", summary = "A price list was created.")
        record PriceListCreated(PriceListId id, String name) implements PriceListEvent {}

        @EventType(name = "price_list.updated", summary = "The rules of a price list changed.")
        record PriceListUpdated(PriceListId id, String name) implements PriceListEvent {}

        @EventType(name = "price_list.deleted", summary = "A price list was deleted with its prices.")
        record PriceListDeleted(PriceListId id, String name) implements PriceListEvent {}
    }

    /** All prices of each variant; variants without any are missing. One statement. */
    Map<VariantId, VariantPrices> findVariantPrices(Collection<VariantId> variants);

    /** The rules of all price lists. One statement if they are not cached. */
    PriceLists priceLists(CachedReads reads);

    /**
     * The prices of one unit that everyone pays at a moment.
     *
     * <p>One statement, one more if a price is a reduced one.
     *
     * @param country ISO 3166-1 alpha-2; without it lists with countries do not apply
     * @param at now; price lists that begin or end by time are those of this moment
     */
    PublicPrices findPublicPrices(
            String currency, Optional<String> country, Instant at, Collection<VariantId> variants);

    /**
     * What is added to a total so that it is a multiple of the step of its currency, half up; negative if it is rounded
     * down, 0 for a currency without a step. One statement if the steps are not cached.
     */
    long roundingFor(Money total, CachedReads reads);

    /** What identifies a price list, and its currency. */
    record PriceListName(PriceListId id, String name, String currency) {}

    /** All price lists. One statement. */
    List<PriceListName> listPriceListNames();

    /**
     * A row of a price list as it was sent.
     *
     * @param price of one unit; empty to delete the tier
     */
    record ListPriceRow(String sku, int minQuantity, Optional<Money> price) {}

    /** What became of a {@link ListPriceRow}. */
    sealed interface ListPriceResult {
        /** The row is what the list has now. */
        record Applied(ListPriceChange change) implements ListPriceResult {}

        /**
         * The row breaks a rule and changes nothing.
         *
         * @param field {@code sku}, {@code min_quantity}, {@code price}, {@code price/amount} or
         *     {@code price/currency}
         */
        record Rejected(String field, String code, String detail) implements ListPriceResult {}
    }

    /** How a row changed a list. */
    enum ListPriceChange {
        CREATED,
        UPDATED,
        DELETED,
        UNCHANGED
    }

    /**
     * Sets and deletes prices of a list. Rows that break a rule are rejected ({@code invalid_sku}, {@code unknown_sku},
     * {@code quantity_out_of_range}, {@code wrong_currency}, {@code out_of_range}, {@code duplicate_tier}); the others
     * are written. Three statements to read, at most two to write, and those of the catalog, however many rows.
     *
     * @param dryRun writes nothing, and returns what would become of the rows
     * @return one result per row, in the same order
     * @throws ApiException 404 if there is no such list
     */
    List<ListPriceResult> saveListPrices(PriceListId list, List<ListPriceRow> rows, boolean dryRun);
}
