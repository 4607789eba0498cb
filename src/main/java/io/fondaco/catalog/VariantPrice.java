package io.fondaco.catalog;

import io.fondaco.platform.money.Money;
import java.util.Optional;

/**
 * The price of a variant in one currency.
 *
 * @param compareAt the higher price that it is compared with, in the same currency
 */
public record VariantPrice(Money price, Optional<Money> compareAt) {}
