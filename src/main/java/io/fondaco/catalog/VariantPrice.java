package io.fondaco.catalog;

import io.fondaco.platform.money.Money;
import java.util.Optional;

/**
 * What a variant costs in one currency.
 *
 * @param compareAt the higher price it is compared with, in the same currency
 */
public record VariantPrice(Money price, Optional<Money> compareAt) {}
