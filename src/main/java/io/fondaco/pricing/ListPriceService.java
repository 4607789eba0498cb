package io.fondaco.pricing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.fondaco.pricing.ListPriceStatements.TierRow;
import io.fondaco.pricing.Pricing.ListPriceChange;
import io.fondaco.pricing.Pricing.ListPriceResult;
import io.fondaco.pricing.Pricing.ListPriceResult.Applied;
import io.fondaco.pricing.Pricing.ListPriceResult.Rejected;
import io.fondaco.pricing.Pricing.ListPriceRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The rules of prices in lists, for the admin API and for files. */
@ApplicationScoped
class ListPriceService {
    private static final int MAX_SKU_LENGTH = 255;

    private final PriceListRepository lists;
    private final ListPriceStatements statements;
    private final Catalog catalog;

    ListPriceService(PriceListRepository lists, ListPriceStatements statements, Catalog catalog) {
        this.lists = lists;
        this.statements = statements;
        this.catalog = catalog;
    }

    /** A tier of a variant in the list. */
    private record TierKey(UUID variant, int minQuantity) {}

    /** A price of the list with its SKU; empty if the variant was deleted. */
    record ListedTier(TierRow tier, Optional<String> sku) {}

    /** The next prices of the list after this one, in the order of the variants; none if there is no such list. */
    List<ListedTier> listAfter(PriceListId list, UUID variant, int minQuantity, int limit) {
        List<TierRow> tiers = statements.listTiersAfter(list, variant, minQuantity, limit);
        Map<VariantId, String> skus = tiers.isEmpty()
                ? Map.of()
                : catalog.skus(tiers.stream()
                        .map(tier -> new VariantId(tier.variantId()))
                        .collect(Collectors.toSet()));
        return tiers.stream()
                .map(tier -> new ListedTier(tier, Optional.ofNullable(skus.get(new VariantId(tier.variantId())))))
                .toList();
    }

    /** The currency of a list. @throws ApiException 404 if there is no such list */
    String currency(PriceListId list) {
        return require(list).currency();
    }

    private PriceList require(PriceListId list) {
        return lists.find(list).orElseThrow(() -> PriceListService.notFound(list));
    }

    /**
     * Sets and deletes prices, all or none.
     *
     * @throws ApiException 404 if there is no such list; 422 with the violations of the rows
     */
    @RetriedWrites
    @Transactional
    List<ListPriceResult> saveAll(PriceListId list, List<ListPriceRow> rows) {
        List<ListPriceResult> results = save(list, rows, false);
        List<Violation> violations = new ArrayList<>();
        for (int index = 0; index < results.size() && violations.size() < Violation.MAX_REPORTED; index++) {
            if (results.get(index) instanceof Rejected rejected) {
                violations.add(
                        new Violation("/%d/%s".formatted(index, rejected.field()), rejected.code(), rejected.detail()));
            }
        }
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
        return results;
    }

    /** As {@link Pricing#saveListPrices}. */
    @RetriedWrites
    @Transactional
    List<ListPriceResult> save(PriceListId list, List<ListPriceRow> rows, boolean dryRun) {
        String currency = require(list).currency();
        List<Optional<Rejected>> violations =
                rows.stream().map(row -> findViolation(row, currency)).toList();
        Map<String, VariantId> variants = findVariants(rows, violations);
        Map<TierKey, Long> stored = findStored(list, variants);
        Set<TierKey> seen = new HashSet<>();
        List<TierRow> upserted = new ArrayList<>();
        List<TierRow> deleted = new ArrayList<>();
        List<ListPriceResult> results = new ArrayList<>();
        for (int index = 0; index < rows.size(); index++) {
            ListPriceRow row = rows.get(index);
            VariantId variant = variants.get(row.sku());
            if (violations.get(index).isPresent()) {
                results.add(violations.get(index).get());
            } else if (variant == null) {
                results.add(new Rejected(
                        "sku", "unknown_sku", "There is no SKU '%s'.".formatted(Violation.abbreviate(row.sku()))));
            } else {
                TierKey key = new TierKey(variant.value(), row.minQuantity());
                results.add(
                        seen.add(key)
                                ? new Applied(plan(row, key, Optional.ofNullable(stored.get(key)), upserted, deleted))
                                : duplicateTier(row));
            }
        }
        if (!dryRun) {
            write(list, upserted, deleted);
        }
        return results;
    }

    private static Rejected duplicateTier(ListPriceRow row) {
        return new Rejected(
                "min_quantity",
                "duplicate_tier",
                "The price of '%s' from %d units is set twice."
                        .formatted(Violation.abbreviate(row.sku()), row.minQuantity()));
    }

    private static Optional<Rejected> findViolation(ListPriceRow row, String currency) {
        if (row.sku().isBlank()
                || row.sku().length() > MAX_SKU_LENGTH
                || row.sku().chars().anyMatch(Character::isISOControl)) {
            return Optional.of(
                    new Rejected("sku", "invalid_sku", "A SKU has 1 to 255 characters and no control characters."));
        }
        if (row.minQuantity() < 1 || row.minQuantity() > Pricing.MAX_MIN_QUANTITY) {
            return Optional.of(new Rejected(
                    "min_quantity",
                    "quantity_out_of_range",
                    "A tier begins at 1 to %d units, not %d.".formatted(Pricing.MAX_MIN_QUANTITY, row.minQuantity())));
        }
        return row.price().flatMap(price -> findViolation(price, currency));
    }

    private static Optional<Rejected> findViolation(Money price, String currency) {
        if (!price.currency().equals(currency)) {
            return Optional.of(new Rejected(
                    "price/currency",
                    "wrong_currency",
                    "The prices of this list are in %s, not %s.".formatted(currency, price.currency())));
        }
        if (price.amount() < 0 || price.amount() > Money.MAX_AMOUNT) {
            return Optional.of(new Rejected(
                    "price/amount", "out_of_range", "The amount must be 0 to %d.".formatted(Money.MAX_AMOUNT)));
        }
        return Optional.empty();
    }

    private Map<String, VariantId> findVariants(List<ListPriceRow> rows, List<Optional<Rejected>> violations) {
        Set<String> skus = new HashSet<>();
        for (int index = 0; index < rows.size(); index++) {
            if (violations.get(index).isEmpty()) {
                skus.add(rows.get(index).sku());
            }
        }
        return skus.isEmpty() ? Map.of() : catalog.idsBySku(skus);
    }

    private Map<TierKey, Long> findStored(PriceListId list, Map<String, VariantId> variants) {
        if (variants.isEmpty()) {
            return Map.of();
        }
        Map<TierKey, Long> stored = new HashMap<>();
        statements
                .listTiers(
                        list, variants.values().stream().map(VariantId::value).toList())
                .forEach(tier -> stored.put(new TierKey(tier.variantId(), tier.minQuantity()), tier.amount()));
        return stored;
    }

    private static ListPriceChange plan(
            ListPriceRow row, TierKey key, Optional<Long> stored, List<TierRow> upserted, List<TierRow> deleted) {
        if (row.price().isEmpty()) {
            if (stored.isEmpty()) {
                return ListPriceChange.UNCHANGED;
            }
            deleted.add(new TierRow(key.variant(), key.minQuantity(), stored.get()));
            return ListPriceChange.DELETED;
        }
        long amount = row.price().get().amount();
        if (stored.filter(before -> before == amount).isPresent()) {
            return ListPriceChange.UNCHANGED;
        }
        upserted.add(new TierRow(key.variant(), key.minQuantity(), amount));
        return stored.isEmpty() ? ListPriceChange.CREATED : ListPriceChange.UPDATED;
    }

    private void write(PriceListId list, List<TierRow> upserted, List<TierRow> deleted) {
        Set<VariantId> changed = new HashSet<>();
        upserted.forEach(tier -> changed.add(new VariantId(tier.variantId())));
        deleted.forEach(tier -> changed.add(new VariantId(tier.variantId())));
        if (!upserted.isEmpty()) {
            statements.upsertTiers(list, upserted);
        }
        if (!deleted.isEmpty()) {
            statements.deleteTiers(list, deleted);
        }
        if (!changed.isEmpty()) {
            catalog.listPricesChanged(changed);
        }
    }
}
