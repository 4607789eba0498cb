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
    public PaymentAnswer authorise(Payment payment, String token) {
        return PaymentAnswer.authorized(payment.amount());
    }

    @Override
    public PaymentAnswer capture(Payment payment, Money amount) {
        return PaymentAnswer.captured(amount);
    }

    @Override
    public PaymentAnswer query(Payment payment) {
        return PaymentAnswer.authorized(payment.amount());
    }

    @Override
    public PaymentAnswer abandon(Payment payment) {
        return PaymentAnswer.of(PaymentOutcome.VOIDED);
    }

    @Override
    public RefundAnswer refund(Payment payment, Refund refund) {
        return RefundAnswer.of(Refund.State.SUCCEEDED);
    }

    @Override
    public Optional<PaymentNotice> receive(byte[] body, String signature) {
        throw ApiException.notFound("webhook of provider", name());
    }
}
