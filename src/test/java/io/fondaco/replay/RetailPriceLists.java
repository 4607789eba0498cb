package io.fondaco.replay;

import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Three price lists with quantity tiers for the data of the replay, and the price that a line gets by them, calculated
 * without the shop.
 */
final class RetailPriceLists {
    private static final int HUNDRED_PERCENT = 100;

    /** A fifth of the SKUs, half of them, and all. */
    static final List<RetailList> LISTS = List.of(
            new RetailList("Clearance", 3, 5, List.of(new Tier(24, 70))),
            new RetailList("Regulars", 2, 2, List.of(new Tier(1, 95))),
            new RetailList("Quantities", 1, 1, List.of(new Tier(12, 90), new Tier(48, 80))));

    /**
     * A price list.
     *
     * @param oneOf it has the prices of one of so many SKUs
     */
    record RetailList(String name, int priority, int oneOf, List<Tier> tiers) {
        private boolean hasPriceOf(String sku) {
            return Math.floorMod(sku.hashCode(), oneOf) == 0;
        }
    }

    /** @param percent of the base price, in whole pence */
    record Tier(int minQuantity, int percent) {
        private long price(long basePrice) {
            return basePrice * percent / HUNDRED_PERCENT;
        }
    }

    private RetailPriceLists() {}

    /** The price of one unit of a line. */
    static Money price(String sku, long quantity, Money basePrice) {
        for (RetailList list : LISTS) {
            long amount = -1;
            for (Tier tier : list.tiers()) {
                if (list.hasPriceOf(sku) && quantity >= tier.minQuantity()) {
                    amount = tier.price(basePrice.amount());
                }
            }
            if (amount >= 0) {
                return Money.of(amount, basePrice.currency());
            }
        }
        return basePrice;
    }

    /** The prices as a file to import; each list has its name. */
    static String csv(SortedMap<String, Long> basePrices) {
        StringBuilder csv = new StringBuilder("sku,list,min_quantity,price,currency\n");
        for (Map.Entry<String, Long> price : basePrices.entrySet()) {
            for (RetailList list : LISTS) {
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
