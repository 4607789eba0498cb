package io.fondaco.replay;

import io.fondaco.platform.money.Money;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** One line of an invoice as the shop's own system wrote it, valid or not. */
record RetailRow(
        String day,
        String invoice,
        String stockCode,
        String description,
        String quantity,
        String unitPrice,
        String customer,
        String country) {
    static final String CURRENCY = "GBP";
    private static final long MAX_QUANTITY = 9_999;
    private static final Pattern GOODS = Pattern.compile("[0-9]{5}[A-Z]{0,2}");
    private static final Set<String> GOODS_WITH_OTHER_CODES = Set.of("DCGS", "GIFT_");

    /** Why a row is not a sale of goods that a shop could make; empty for a valid row. */
    Optional<String> rejectionReason() {
        if (!invoice.matches("C?[0-9]{6}")) {
            return Optional.of("not_an_invoice");
        }
        if (!isGoods()) {
            return Optional.of("not_goods");
        }
        if (price().isEmpty()) {
            return Optional.of("price_not_in_pence");
        }
        if (price().get().amount() <= 0) {
            return Optional.of("no_price");
        }
        if (units() == 0 || (units() < 0) != isCancellation()) {
            return Optional.of("quantity_sign");
        }
        if (Math.abs(units()) > MAX_QUANTITY) {
            return Optional.of("quantity_over_9999");
        }
        return Optional.empty();
    }

    boolean isCancellation() {
        return invoice.startsWith("C");
    }

    long units() {
        return Long.parseLong(quantity);
    }

    /** The shop wrote codes in both cases with the same meaning. */
    String code() {
        return stockCode.strip().toUpperCase(Locale.ROOT);
    }

    Money unitPriceMoney() {
        return price().orElseThrow();
    }

    private boolean isGoods() {
        return GOODS.matcher(code()).matches()
                || GOODS_WITH_OTHER_CODES.stream().anyMatch(code()::startsWith);
    }

    private Optional<Money> price() {
        try {
            return Optional.of(Money.parse(unitPrice, CURRENCY));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** The value of the row in ten-thousandths of a pound: unrounded prices have more than two decimals. */
    long value() {
        return new java.math.BigDecimal(unitPrice)
                .multiply(new java.math.BigDecimal(quantity))
                .movePointRight(4)
                .setScale(0, java.math.RoundingMode.HALF_UP)
                .longValueExact();
    }
}
