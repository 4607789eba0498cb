package io.fondaco.pricing;

import java.time.Instant;
import java.util.Optional;

/**
 * For whom, where, how much and when a price is selected.
 *
 * @param customerGroup of the customer; lists of a group apply only to that group
 * @param country ISO 3166-1 alpha-2; lists with countries do not apply while it is not known
 * @param quantity the units of the line
 */
public record PriceContext(
        String currency, Optional<String> customerGroup, Optional<String> country, long quantity, Instant at) {}
