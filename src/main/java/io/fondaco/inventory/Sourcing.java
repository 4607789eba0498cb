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
    private static final int MOST_TRIED = 10;

    private Sourcing() {}

    /**
     * One row of stock as it was found, locked.
     *
     * @param available units free on the shelf; negative: units owed
     * @param backorderLimit units that may be owed here
     */
    record Level(StockKey key, long onHand, long available, long backorderLimit, Site site) {}

    /**
     * A location as sourcing sees it.
     *
     * @param sells whether it is active and ships what is bought online
     */
    record Site(String code, int priority, @Nullable String country, boolean sells) {}

    /** What is taken at one place: from the shelf, and as a promise. */
    record Taken(long stock, long backordered) {}

    /** What is wanted of one SKU, divided. */
    private record Demand(String sku, long fromStock, long backordered, List<Level> levels) {
        private long at(String location) {
            return levels.stream()
                    .filter(level -> level.site().sells() && level.site().code().equals(location))
                    .mapToLong(level -> Math.max(0, level.available()))
                    .sum();
        }
    }

    /** What can be sold of a SKU: from the shelves, and beyond. */
    record Sellable(long stock, long beyond) {
        static Sellable of(List<Level> levels) {
            long owed = levels.stream()
                    .mapToLong(level -> Math.max(0, -level.available()))
                    .sum();
            long free = levels.stream()
                    .filter(level -> level.site().sells())
                    .mapToLong(level -> Math.max(0, level.available()))
                    .sum();
            long limit = levels.stream().mapToLong(Level::backorderLimit).sum();
            return new Sellable(Math.max(0, free - owed), Math.max(0, limit - owed));
        }

        /** What a shopper is told, and caches are kept by. */
        String standing() {
            return stock > 0 ? "in_stock" : beyond > 0 ? "backorder" : "out_of_stock";
        }
    }

    /**
     * @param country where it is sent to; null when that is not known, or it is collected
     * @throws InsufficientStock naming each SKU that is short
     */
    static Map<StockKey, Taken> allocate(
            List<StockQuantity> quantities,
            Map<String, List<Level>> levels,
            SourcingRule rule,
            @Nullable String country) {
        List<Demand> demands = demands(quantities, levels);
        List<String> order = order(demands, rule.order(country));
        List<String> chosen = rule.keepsTogether() ? fewest(demands, order) : order;
        Map<StockKey, Taken> allocation = new TreeMap<>(StockKey.ORDER);
        for (Demand demand : demands) {
            long left = demand.fromStock();
            for (String location : chosen) {
                long units = Math.min(left, demand.at(location));
                if (units > 0) {
                    allocation.put(new StockKey(demand.sku(), location), new Taken(units, 0));
                    left -= units;
                }
            }
            if (demand.backordered() > 0) {
                StockKey waitsAt = demand.levels().stream()
                        .filter(level -> level.backorderLimit() > 0)
                        .map(Level::key)
                        .findFirst()
                        .orElseThrow();
                allocation.merge(
                        waitsAt,
                        new Taken(0, demand.backordered()),
                        (stock, promise) -> new Taken(stock.stock(), promise.backordered()));
            }
        }
        return allocation;
    }

    private static List<Demand> demands(List<StockQuantity> quantities, Map<String, List<Level>> levels) {
        List<Demand> demands = new ArrayList<>();
        List<Shortage> shortages = new ArrayList<>();
        for (StockQuantity wanted : quantities) {
            List<Level> found = levels.getOrDefault(wanted.sku(), List.of());
            Sellable sellable = Sellable.of(found);
            if (sellable.stock() + sellable.beyond() < wanted.quantity()) {
                shortages.add(new Shortage(wanted.sku(), wanted.quantity(), sellable.stock() + sellable.beyond()));
                continue;
            }
            long fromStock = Math.min(wanted.quantity(), sellable.stock());
            demands.add(new Demand(wanted.sku(), fromStock, wanted.quantity() - fromStock, found));
        }
        if (!shortages.isEmpty()) {
            throw new InsufficientStock(shortages);
        }
        return demands;
    }

    /** The locations that have any of it, the preferred ones first. */
    private static List<String> order(List<Demand> demands, Comparator<Site> preference) {
        Map<String, Site> sites = new LinkedHashMap<>();
        demands.stream()
                .filter(demand -> demand.fromStock() > 0)
                .flatMap(demand -> demand.levels().stream())
                .filter(level -> level.site().sells() && level.available() > 0)
                .forEach(level -> sites.put(level.site().code(), level.site()));
        return sites.values().stream().sorted(preference).map(Site::code).toList();
    }

    /** The first location that has all of it, or else the first set of the fewest that have. */
    private static List<String> fewest(List<Demand> demands, List<String> order) {
        for (String location : order) {
            if (serves(demands, List.of(location))) {
                return List.of(location);
            }
        }
        return order.size() <= MOST_TRIED ? smallestSet(demands, order) : richestFirst(demands, order);
    }

    private static boolean serves(List<Demand> demands, List<String> locations) {
        return demands.stream()
                .allMatch(demand -> locations.stream().mapToLong(demand::at).sum() >= demand.fromStock());
    }

    private static List<String> smallestSet(List<Demand> demands, List<String> order) {
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
                .filter(locations -> serves(demands, locations))
                .findFirst()
                .orElse(order);
    }

    private static List<String> richestFirst(List<Demand> demands, List<String> order) {
        List<String> chosen = new ArrayList<>();
        while (!serves(demands, chosen)) {
            order.stream()
                    .filter(location -> !chosen.contains(location))
                    .max(Comparator.comparingLong((String location) -> gain(demands, chosen, location))
                            .thenComparing(
                                    Comparator.comparingInt(order::indexOf).reversed()))
                    .ifPresent(chosen::add);
        }
        return chosen;
    }

    private static long gain(List<Demand> demands, List<String> chosen, String location) {
        return demands.stream()
                .mapToLong(demand -> Math.min(
                        demand.at(location),
                        Math.max(
                                0,
                                demand.fromStock()
                                        - chosen.stream().mapToLong(demand::at).sum())))
                .sum();
    }

    /** The levels of a SKU once this is taken from one of them. */
    static List<Level> less(List<Level> levels, StockKey key, Taken taken) {
        return levels.stream()
                .map(level -> level.key().equals(key)
                        ? new Level(
                                key,
                                level.onHand(),
                                level.available() - taken.stock() - taken.backordered(),
                                level.backorderLimit(),
                                level.site())
                        : level)
                .toList();
    }

    private static String standing(List<Level> levels) {
        return Sellable.of(levels).standing();
    }

    /** SKUs of which shoppers are told otherwise now. */
    static List<String> turned(Map<String, List<Level>> before, Map<String, List<Level>> after) {
        return before.entrySet().stream()
                .filter(sku -> !standing(sku.getValue()).equals(standing(after.getOrDefault(sku.getKey(), List.of()))))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
