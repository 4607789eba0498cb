package io.fondaco.replay;

import io.fondaco.platform.money.Money;
import io.fondaco.replay.RetailData.InvoiceLine;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Three price lists for the data of the replay: one for some countries, one for a time, and one with quantity tiers;
 * and two more that are not valid while the replay runs. They also calculate the price that a line gets, without the
 * shop.
 */
final class RetailPriceLists {
    private static final int HUNDRED_PERCENT = 100;
    private static final Duration MARGIN = Duration.ofDays(1);

    /** In the order in which they are created. */
    private final List<RetailList> lists;

    /** @param now any moment of the replay */
    RetailPriceLists(Instant now) {
        Instant yesterday = now.truncatedTo(ChronoUnit.SECONDS).minus(MARGIN);
        Instant tomorrow = now.truncatedTo(ChronoUnit.SECONDS).plus(MARGIN);
        this.lists = List.of(
                list("Quantities", 1, 1, new Tier(10, 90), new Tier(50, 80), new Tier(100, 70)),
                list("Europe", 2, 2, new Tier(1, 95), new Tier(12, 85))
                        .in("BE", "CH", "DE", "ES", "FR", "IE", "IT", "NL", "NO", "PL", "PT"),
                list("This week", 2, 3, new Tier(1, 93)).from(yesterday).until(tomorrow),
                list("Last week", 3, 2, new Tier(1, 50)).until(yesterday),
                list("Next week", 3, 2, new Tier(1, 40)).from(tomorrow));
    }

    private static RetailList list(String name, int priority, int oneOf, Tier... tiers) {
        return new RetailList(name, priority, oneOf, Set.of(), Optional.empty(), Optional.empty(), List.of(tiers));
    }

    /**
     * A price list.
     *
     * @param oneOf it has the prices of one of so many SKUs
     * @param countries empty for all
     * @param validUntil the first instant at which it is no longer valid
     * @param tiers ascending
     */
    record RetailList(
            String name,
            int priority,
            int oneOf,
            Set<String> countries,
            Optional<Instant> validFrom,
            Optional<Instant> validUntil,
            List<Tier> tiers) {
        private RetailList in(String... some) {
            return new RetailList(name, priority, oneOf, Set.of(some), validFrom, validUntil, tiers);
        }

        private RetailList from(Instant instant) {
            return new RetailList(name, priority, oneOf, countries, Optional.of(instant), validUntil, tiers);
        }

        private RetailList until(Instant instant) {
            return new RetailList(name, priority, oneOf, countries, validFrom, Optional.of(instant), tiers);
        }

        private boolean hasPriceOf(String sku) {
            return Math.floorMod(sku.hashCode(), oneOf) == 0;
        }

        /** The request that creates it. */
        private Map<String, Object> toRequest() {
            Map<String, Object> request = new HashMap<>(
                    Map.of("name", name, "currency", RetailRow.CURRENCY, "priority", priority, "countries", countries));
            validFrom.ifPresent(instant -> request.put("valid_from", instant.toString()));
            validUntil.ifPresent(instant -> request.put("valid_until", instant.toString()));
            return request;
        }
    }

    /** @param percent of the base price, rounded down to whole pence, and at least one penny */
    record Tier(int minQuantity, int percent) {
        private long price(long basePrice) {
            return Math.max(1, basePrice * percent / HUNDRED_PERCENT);
        }
    }

    /** The requests that create the lists, in their order. */
    List<Map<String, Object>> requests() {
        return lists.stream().map(RetailList::toRequest).toList();
    }

    /**
     * The line with its price: that of the valid list with the highest priority, of equal priorities the lower price,
     * of equal prices the older list.
     *
     * @param line with the base price
     * @param country of the delivery; empty if the customer collects the goods
     */
    InvoiceLine apply(InvoiceLine line, Optional<String> country) {
        Instant now = Instant.now();
        long price = line.unitPrice().amount();
        Optional<String> name = Optional.empty();
        int priority = 0;
        for (RetailList list : lists) {
            if (!list.hasPriceOf(line.sku())) {
                continue;
            }
            if (!list.countries().isEmpty()
                    && (country.isEmpty() || !list.countries().contains(country.get()))) {
                continue;
            }
            if (list.validFrom().isPresent() && now.isBefore(list.validFrom().get())) {
                continue;
            }
            if (list.validUntil().isPresent() && !now.isBefore(list.validUntil().get())) {
                continue;
            }
            long listPrice = 0;
            for (Tier tier : list.tiers()) {
                if (line.quantity() >= tier.minQuantity()) {
                    listPrice = tier.price(line.unitPrice().amount());
                }
            }
            if (listPrice == 0) {
                continue;
            }
            if (list.priority() > priority || (list.priority() == priority && listPrice < price)) {
                price = listPrice;
                name = Optional.of(list.name());
                priority = list.priority();
            }
        }
        return new InvoiceLine(line.sku(), line.quantity(), Money.of(price, RetailRow.CURRENCY), name);
    }

    /** The prices as a file to import; each list has its name. */
    String csv(SortedMap<String, Long> basePrices) {
        StringBuilder csv = new StringBuilder("sku,list,min_quantity,price,currency\n");
        for (Map.Entry<String, Long> price : basePrices.entrySet()) {
            for (RetailList list : lists) {
                for (Tier tier : list.tiers()) {
                    if (list.hasPriceOf(price.getKey())) {
                        csv.append("%s,%s,%d,%s,%s\n"
                                .formatted(
                                        price.getKey(),
                                        list.name(),
                                        tier.minQuantity(),
                                        Money.of(tier.price(price.getValue()), RetailRow.CURRENCY)
                                                .toDecimal(),
                                        RetailRow.CURRENCY));
                    }
                }
            }
        }
        return csv.toString();
    }
}
