package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Pay later: on invoice, by transfer, in cash. Granted at once; the staff says when the money came, by capturing it. */
@ApplicationScoped
class ManualProvider implements PaymentProvider {
    @Override
    public String name() {
        return "manual";
    }

    @Override
    public PaymentOutcome authorise(String reference, Money amount, String token) {
        return PaymentOutcome.AUTHORIZED;
    }

    @Override
    public PaymentOutcome capture(String reference, Money amount) {
        return PaymentOutcome.CAPTURED;
    }

    @Override
    public PaymentOutcome query(String reference, Money amount) {
        return PaymentOutcome.AUTHORIZED;
    }

    @Override
    public PaymentOutcome abandon(String reference, Money amount) {
        return PaymentOutcome.VOIDED;
    }

    @Override
    public boolean refund(String reference, String refundReference, Money amount) {
        return true;
    }

    @Override
    public Optional<PaymentEvent> receive(byte[] body, String signature) {
        throw ApiException.notFound("webhook of provider", name());
    }
}
