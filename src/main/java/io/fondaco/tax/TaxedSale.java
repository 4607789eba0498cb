package io.fondaco.tax;

import java.time.Instant;
import java.util.Optional;

/**
 * What decides by which rules a sale is taxed.
 *
 * @param destination where the goods are delivered or the service is used; empty for the place of the seller: for goods
 *     that are collected, and as an estimate while no address is known
 * @param taxId the tax id of a business customer, normalized by {@link TaxId#normalize}
 * @param currency ISO 4217
 * @param at the moment of the sale; rates that start or end by time are those of this moment
 */
public record TaxedSale(Optional<TaxPlace> destination, Optional<String> taxId, String currency, Instant at) {}
