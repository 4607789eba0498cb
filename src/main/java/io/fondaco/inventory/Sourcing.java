package io.fondaco.inventory;

import io.fondaco.inventory.InsufficientStock.Shortage;
import io.fondaco.inventory.Inventory.StockQuantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the locations that serve a demand, from locked stock levels. Units in stock are taken first, except those
 * that waiting backorders need; only the rest is backordered, up to the limit of the SKU.
 */
final class Sourcing {
    /**
     * Up to this number of locations the smallest sufficient set is found by trying all sets. Above it, a greedy choice
     * adds the location that covers the most missing units.
     */
    private static final int MAX_EXHAUSTIVE_LOCATIONS = 10;

    private Sourcing() {}

    /**
     * A locked stock level.
     *
     * @param available units that can be sold from here; negative while units are backordered
     * @param backorderLimit units that may be backordered here
     */
    record SourcingLevel(StockKey key, long onHand, long available, long backorderLimit, SourceLocation source) {}

    /**
     * A location as sourcing sees it.
     *
     * @param sellable whether it is active and ships online orders
     */
    record SourceLocation(
            String code, int priority, @Nullable String country, boolean sellable) {}

    /** The rule by which locations are chosen for an order: {@code fondaco.inventory.sourcing}. */
    enum SourcingRule {
        /**
         * One location that has the whole order, or else the fewest that have it together. Ties are broken by priority,
         * then by the destination country, then by code.
         */
        FEWEST_SPLITS(true) {
            @Override
            Comparator<SourceLocation> locationOrder(@Nullable String country) {
                return BY_PRIORITY.thenComparing(domesticFirst(country)).thenComparing(SourceLocation::code);
            }
        },

        /** The same, but locations in the destination country come first. */
        NEAREST(true) {
            @Override
            Comparator<SourceLocation> locationOrder(@Nullable String country) {
                return domesticFirst(country).thenComparing(BY_PRIORITY).thenComparing(SourceLocation::code);
            }
        },

        /** Each SKU from the first location by priority that has any, regardless of the number of parcels. */
        PRIORITY(false) {
            @Override
            Comparator<SourceLocation> locationOrder(@Nullable String country) {
                return FEWEST_SPLITS.locationOrder(country);
            }
        };

        private static final Comparator<SourceLocation> BY_PRIORITY = Comparator.comparingInt(SourceLocation::priority);

        private final boolean minimizesSplits;

        SourcingRule(boolean minimizesSplits) {
            this.minimizesSplits = minimizesSplits;
        }

        /** The preferred location first. */
        abstract Comparator<SourceLocation> locationOrder(@Nullable String country);

        boolean minimizesSplits() {
            return minimizesSplits;
        }

        private static Comparator<SourceLocation> domesticFirst(@Nullable String country) {
            return Comparator.comparing(sourceLocation -> country == null || !country.equals(sourceLocation.country()));
        }
    }

    /** The units taken at one location: from stock, and as a backorder. */
    record Allocation(long fromStock, long backordered) {}

    /** The requested units of one SKU, split into stock and backorder. */
    private record SkuDemand(String sku, long fromStock, long backordered, List<SourcingLevel> levels) {
        private long availableAt(String location) {
            return levels.stream()
                    .filter(sourcingLevel -> sourcingLevel.source().sellable()
                            && sourcingLevel.source().code().equals(location))
                    .mapToLong(sourcingLevel -> Math.max(0, sourcingLevel.available()))
                    .sum();
        }
    }

    /** The units of a SKU that can be sold: from stock, and on backorder. */
    record SellableQuantity(long inStock, long backorderable) {
        static SellableQuantity of(List<SourcingLevel> levels) {
            long shortfall = levels.stream()
                    .mapToLong(sourcingLevel -> Math.max(0, -sourcingLevel.available()))
                    .sum();
            long free = levels.stream()
                    .filter(sourcingLevel -> sourcingLevel.source().sellable())
                    .mapToLong(sourcingLevel -> Math.max(0, sourcingLevel.available()))
                    .sum();
            long limit =
                    levels.stream().mapToLong(SourcingLevel::backorderLimit).sum();
            return new SellableQuantity(Math.max(0, free - shortfall), Math.max(0, limit - shortfall));
        }

        /** The stock status that a shopper sees; a change of it invalidates cached responses. */
        String stockStatus() {
            return inStock > 0 ? "in_stock" : backorderable > 0 ? "backorder" : "out_of_stock";
        }
    }

    /**
     * @param country destination; null if it is unknown or the order is collected
     * @throws InsufficientStock naming each SKU that is short
     */
    static Map<StockKey, Allocation> allocate(
            List<StockQuantity> quantities,
            Map<String, List<SourcingLevel>> levels,
            SourcingRule rule,
            @Nullable String country) {
        List<SkuDemand> demands = splitDemands(quantities, levels);
        List<String> order = rankLocations(demands, rule.locationOrder(country));
        List<String> chosen = rule.minimizesSplits() ? fewestLocations(demands, order) : order;
        Map<StockKey, Allocation> allocation = new TreeMap<>(StockKey.BY_SKU_AND_LOCATION);
        for (SkuDemand skuDemand : demands) {
            long remaining = skuDemand.fromStock();
            for (String location : chosen) {
                long units = Math.min(remaining, skuDemand.availableAt(location));
                if (units > 0) {
                    allocation.put(new StockKey(skuDemand.sku(), location), new Allocation(units, 0));
                    remaining -= units;
                }
            }
            if (skuDemand.backordered() > 0) {
                StockKey backorderKey = skuDemand.levels().stream()
                        .filter(sourcingLevel -> sourcingLevel.backorderLimit() > 0)
                        .map(SourcingLevel::key)
                        .findFirst()
                        .orElseThrow();
                allocation.merge(
                        backorderKey,
                        new Allocation(0, skuDemand.backordered()),
                        (stock, backorder) -> new Allocation(stock.fromStock(), backorder.backordered()));
            }
        }
        return allocation;
    }

    private static List<SkuDemand> splitDemands(
            List<StockQuantity> quantities, Map<String, List<SourcingLevel>> levels) {
        List<SkuDemand> demands = new ArrayList<>();
        List<Shortage> shortages = new ArrayList<>();
        for (StockQuantity requested : quantities) {
            List<SourcingLevel> found = levels.getOrDefault(requested.sku(), List.of());
            SellableQuantity sellableQuantity = SellableQuantity.of(found);
            if (sellableQuantity.inStock() + sellableQuantity.backorderable() < requested.quantity()) {
                shortages.add(new Shortage(
                        requested.sku(),
                        requested.quantity(),
                        sellableQuantity.inStock() + sellableQuantity.backorderable()));
                continue;
            }
            long fromStock = Math.min(requested.quantity(), sellableQuantity.inStock());
            demands.add(new SkuDemand(requested.sku(), fromStock, requested.quantity() - fromStock, found));
        }
        if (!shortages.isEmpty()) {
            throw new InsufficientStock(shortages);
        }
        return demands;
    }

    /** The locations that have any of it, the preferred ones first. */
    private static List<String> rankLocations(List<SkuDemand> demands, Comparator<SourceLocation> preference) {
        Map<String, SourceLocation> sites = new LinkedHashMap<>();
        demands.stream()
                .filter(skuDemand -> skuDemand.fromStock() > 0)
                .flatMap(skuDemand -> skuDemand.levels().stream())
                .filter(sourcingLevel -> sourcingLevel.source().sellable() && sourcingLevel.available() > 0)
                .forEach(sourcingLevel -> sites.put(sourcingLevel.source().code(), sourcingLevel.source()));
        return sites.values().stream()
                .sorted(preference)
                .map(SourceLocation::code)
                .toList();
    }

    /** The first location that covers all demands, or else the first smallest set of locations that does. */
    private static List<String> fewestLocations(List<SkuDemand> demands, List<String> order) {
        for (String location : order) {
            if (covers(demands, List.of(location))) {
                return List.of(location);
            }
        }
        return order.size() <= MAX_EXHAUSTIVE_LOCATIONS ? smallestSet(demands, order) : greedySet(demands, order);
    }

    private static boolean covers(List<SkuDemand> demands, List<String> locations) {
        return demands.stream()
                .allMatch(skuDemand ->
                        locations.stream().mapToLong(skuDemand::availableAt).sum() >= skuDemand.fromStock());
    }

    private static List<String> smallestSet(List<SkuDemand> demands, List<String> order) {
        // Of two sets of the same size the one with the more preferred location comes first: bit 0 is the most
        // preferred location, and reversed it weighs most.
        return IntStream.range(1, 1 << order.size())
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(Integer::bitCount)
                        .thenComparing((a, b) -> Integer.compareUnsigned(Integer.reverse(b), Integer.reverse(a))))
                .map(set -> IntStream.range(0, order.size())
                        .filter(index -> (set >> index & 1) == 1)
                        .mapToObj(order::get)
                        .toList())
                .filter(locations -> covers(demands, locations))
                .findFirst()
                .orElse(order);
    }

    private static List<String> greedySet(List<SkuDemand> demands, List<String> order) {
        List<String> chosen = new ArrayList<>();
        while (!covers(demands, chosen)) {
            order.stream()
                    .filter(location -> !chosen.contains(location))
                    .max(Comparator.comparingLong((String location) -> gain(demands, chosen, location))
                            .thenComparing(
                                    Comparator.comparingInt(order::indexOf).reversed()))
                    .ifPresent(chosen::add);
        }
        return chosen;
    }

    private static long gain(List<SkuDemand> demands, List<String> chosen, String location) {
        return demands.stream()
                .mapToLong(skuDemand -> Math.min(
                        skuDemand.availableAt(location),
                        Math.max(
                                0,
                                skuDemand.fromStock()
                                        - chosen.stream()
                                                .mapToLong(skuDemand::availableAt)
                                                .sum())))
                .sum();
    }

    /** The levels of a SKU after this allocation is taken from one of them. */
    static List<SourcingLevel> subtract(List<SourcingLevel> levels, StockKey key, Allocation taken) {
        return levels.stream()
                .map(sourcingLevel -> sourcingLevel.key().equals(key)
                        ? new SourcingLevel(
                                key,
                                sourcingLevel.onHand(),
                                sourcingLevel.available() - taken.fromStock() - taken.backordered(),
                                sourcingLevel.backorderLimit(),
                                sourcingLevel.source())
                        : sourcingLevel)
                .toList();
    }

    private static String stockStatus(List<SourcingLevel> levels) {
        return SellableQuantity.of(levels).stockStatus();
    }

    /** The SKUs whose stock status differs. */
    static List<String> skusWithChangedStatus(
            Map<String, List<SourcingLevel>> before, Map<String, List<SourcingLevel>> after) {
        return before.entrySet().stream()
                .filter(sku ->
                        !stockStatus(sku.getValue()).equals(stockStatus(after.getOrDefault(sku.getKey(), List.of()))))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
