package io.fondaco.payment;

import io.fondaco.platform.money.Money;

/**
 * A refund that somebody made at the provider, and not through us.
 *
 * @param providerReference the provider's own id of it
 * @param state where it stands there
 */
public record ExternalRefund(String providerReference, Money amount, Refund.State state) {}
