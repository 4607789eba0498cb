package io.fondaco.inventory;

import io.fondaco.inventory.InsufficientStock.Shortage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which location serves what, from levels that are locked. What is on the shelves goes first, except for what is
 * owed to orders that wait already; only then, and to its limit, is a SKU promised beyond that.
 */
final class Sourcing {
    /** Up to so many locations the fewest that will do are found by trying all sets; beyond, by taking the richest next. */
    private static final int MAX_EXHAUSTIVE_LOCATIONS = 10;

    private Sourcing() {}

    /**
     * One row of stock as it was found, locked.
     *
     * @param available units free on the shelf; negative: units owed
     * @param backorderLimit units that may be owed here
     */
    record SourcingLevel(StockKey key, long onHand, long available, long backorderLimit, SourceLocation source) {}

    /**
     * A location as sourcing sees it.
     *
     * @param sellable whether it is active and ships what is bought online
     */
    record SourceLocation(
            String code, int priority, @Nullable String country, boolean sellable) {}

    /** What is taken at one place: from the shelf, and as a promise. */
    record Allocation(long fromStock, long backordered) {}

    /** What is wanted of one SKU, divided. */
    private record SkuDemand(String sku, long fromStock, long backordered, List<SourcingLevel> levels) {
        private long availableAt(String location) {
            return levels.stream()
                    .filter(sourcingLevel -> sourcingLevel.source().sellable()
                            && sourcingLevel.source().code().equals(location))
                    .mapToLong(sourcingLevel -> Math.max(0, sourcingLevel.available()))
                    .sum();
        }
    }

    /** What can be sold of a SKU: from the shelves, and beyond. */
    record SellableQuantity(long inStock, long backorderable) {
        static SellableQuantity of(List<SourcingLevel> levels) {
            long owed = levels.stream()
                    .mapToLong(sourcingLevel -> Math.max(0, -sourcingLevel.available()))
                    .sum();
            long free = levels.stream()
                    .filter(sourcingLevel -> sourcingLevel.source().sellable())
                    .mapToLong(sourcingLevel -> Math.max(0, sourcingLevel.available()))
                    .sum();
            long limit =
                    levels.stream().mapToLong(SourcingLevel::backorderLimit).sum();
            return new SellableQuantity(Math.max(0, free - owed), Math.max(0, limit - owed));
        }

        /** What a shopper is told, and caches are kept by. */
        String stockStatus() {
            return inStock > 0 ? "in_stock" : backorderable > 0 ? "backorder" : "out_of_stock";
        }
    }

    /**
     * @param country where it is sent to; null when that is not known, or it is collected
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
            long left = skuDemand.fromStock();
            for (String location : chosen) {
                long units = Math.min(left, skuDemand.availableAt(location));
                if (units > 0) {
                    allocation.put(new StockKey(skuDemand.sku(), location), new Allocation(units, 0));
                    left -= units;
                }
            }
            if (skuDemand.backordered() > 0) {
                StockKey waitsAt = skuDemand.levels().stream()
                        .filter(sourcingLevel -> sourcingLevel.backorderLimit() > 0)
                        .map(SourcingLevel::key)
                        .findFirst()
                        .orElseThrow();
                allocation.merge(
                        waitsAt,
                        new Allocation(0, skuDemand.backordered()),
                        (stock, promise) -> new Allocation(stock.fromStock(), promise.backordered()));
            }
        }
        return allocation;
    }

    private static List<SkuDemand> splitDemands(
            List<StockQuantity> quantities, Map<String, List<SourcingLevel>> levels) {
        List<SkuDemand> demands = new ArrayList<>();
        List<Shortage> shortages = new ArrayList<>();
        for (StockQuantity wanted : quantities) {
            List<SourcingLevel> found = levels.getOrDefault(wanted.sku(), List.of());
            SellableQuantity sellableQuantity = SellableQuantity.of(found);
            if (sellableQuantity.inStock() + sellableQuantity.backorderable() < wanted.quantity()) {
                shortages.add(new Shortage(
                        wanted.sku(),
                        wanted.quantity(),
                        sellableQuantity.inStock() + sellableQuantity.backorderable()));
                continue;
            }
            long fromStock = Math.min(wanted.quantity(), sellableQuantity.inStock());
            demands.add(new SkuDemand(wanted.sku(), fromStock, wanted.quantity() - fromStock, found));
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

    /** The first location that has all of it, or else the first set of the fewest that have. */
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
        // Of two sets of the same size the one that has the more preferred location: its lowest bits, reversed, weigh
        // most.
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

    /** The levels of a SKU once this is taken from one of them. */
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

    /** SKUs of which shoppers are told otherwise now. */
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
