package io.fondaco.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The levels of one SKU, and who waits for it, as docs/inventory.md has them. What is promised is so at the first place. */
final class Stock {
    private final int limit;
    private final String first;
    private final Map<String, Level> levels = new LinkedHashMap<>();
    private final List<Units> queue = new ArrayList<>();
    private int backordered;

    Stock(Sku sku) {
        limit = sku.backorderLimit();
        first = sku.atFirst().keySet().iterator().next();
        sku.atFirst().forEach((place, units) -> levels.put(place, new Level(units)));
    }

    private static final class Level {
        private int onHand;
        private int reserved;

        private Level(int onHand) {
            this.onHand = onHand;
        }

        private int free() {
            return onHand - reserved;
        }
    }

    /** A level as the API tells it. */
    record Figures(int onHand, int reserved, int available, int backordered) {}

    /** Units that somebody has, or is to have. */
    static final class Units {
        private final Map<String, Integer> fromShelf = new TreeMap<>();
        private final int promised;
        private int waiting;

        private Units(int promised) {
            this.promised = promised;
        }

        int promised() {
            return promised;
        }

        int waiting() {
            return waiting;
        }

        boolean fromSeveral() {
            return fromShelf.size() > 1;
        }
    }

    private int available(String place) {
        return levels.get(place).free() - (place.equals(first) ? backordered : 0);
    }

    private int free() {
        return levels.keySet().stream()
                .mapToInt(place -> Math.max(0, available(place)))
                .sum();
    }

    private int owed() {
        return levels.keySet().stream()
                .mapToInt(place -> Math.max(0, -available(place)))
                .sum();
    }

    /** What can be sold from the shelves: what is owed counts as gone. */
    private int onShelves() {
        return Math.max(0, free() - owed());
    }

    int sellable() {
        return onShelves() + Math.max(0, limit - owed());
    }

    /** The shelves first: one place that has it all, else the preferred one first. Then promises. */
    Units reserve(int wanted) {
        int left = Math.min(wanted, onShelves());
        int all = left;
        Units units = new Units(wanted - left);
        List<String> places = levels.keySet().stream()
                .filter(place -> available(place) >= all)
                .findFirst()
                .map(List::of)
                .orElse(List.copyOf(levels.keySet()));
        for (String place : places) {
            int taken = Math.min(left, Math.max(0, available(place)));
            left -= taken;
            if (taken > 0) {
                levels.get(place).reserved += taken;
                units.fromShelf.put(place, taken);
            }
        }
        backordered += units.promised;
        return units;
    }

    /** @return whether somebody who waits is served, by what was there already */
    boolean claim(Units units) {
        units.fromShelf.forEach((place, count) -> {
            levels.get(place).onHand -= count;
            levels.get(place).reserved -= count;
        });
        if (units.promised > 0) {
            units.waiting = units.promised;
            queue.add(units);
        }
        return serve();
    }

    boolean release(Units units) {
        units.fromShelf.forEach((place, count) -> levels.get(place).reserved -= count);
        backordered -= units.promised;
        return serve();
    }

    /** What is still waited for is so no more; the rest comes back to where it was taken. */
    boolean takeBack(Units units, int count) {
        int dropped = Math.min(count, units.waiting);
        units.waiting -= dropped;
        backordered -= dropped;
        int left = count - dropped;
        for (Map.Entry<String, Integer> shelf : units.fromShelf.entrySet()) {
            int back = Math.min(left, shelf.getValue());
            levels.get(shelf.getKey()).onHand += back;
            shelf.setValue(shelf.getValue() - back);
            left -= back;
        }
        return serve();
    }

    /** Not below what is reserved. */
    boolean canAdjust(String place, int delta) {
        return levels.get(place).free() + delta >= 0;
    }

    boolean adjust(String place, int delta) {
        levels.get(place).onHand += delta;
        return serve();
    }

    /** So many are on the shelf that nobody has reserved. */
    boolean count(String place, int available) {
        return adjust(place, available - levels.get(place).free());
    }

    /** Whatever comes serves who waits, the oldest sale first. */
    private boolean serve() {
        boolean served = false;
        for (Units units : queue) {
            for (Map.Entry<String, Level> level : levels.entrySet()) {
                int count = Math.min(units.waiting, level.getValue().free());
                if (count > 0) {
                    units.waiting -= count;
                    backordered -= count;
                    level.getValue().onHand -= count;
                    units.fromShelf.merge(level.getKey(), count, Integer::sum);
                    served = true;
                }
            }
        }
        queue.removeIf(units -> units.waiting == 0);
        return served;
    }

    Map<String, Figures> figures() {
        Map<String, Figures> figures = new TreeMap<>();
        levels.forEach((place, level) -> figures.put(
                place,
                new Figures(level.onHand, level.reserved, available(place), place.equals(first) ? backordered : 0)));
        return figures;
    }
}
