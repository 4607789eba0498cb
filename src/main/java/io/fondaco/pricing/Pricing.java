package io.fondaco.pricing;

import io.fondaco.catalog.VariantPricing;

/**
 * Prices, for other modules: one per variant and currency. Calls join the caller's transaction and follow its route.
 */
public interface Pricing extends VariantPricing {}
