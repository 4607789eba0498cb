-- A refund that somebody made at the provider is written down once, however often its webhook comes.
CREATE UNIQUE INDEX refund_provider_reference ON payment.refund (payment_id, provider_reference)
 WHERE provider_reference IS NOT NULL;
