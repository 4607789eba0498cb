package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Payment later: on invoice, by transfer or in cash. It is authorized immediately; staff captures it when the money has
 * arrived.
 */
@ApplicationScoped
class ManualPaymentProvider implements PaymentProvider {
    private static final Logger LOG = Logger.getLogger(ManualPaymentProvider.class);

    private final PaymentSettings settings;
    private final boolean embedded;

    ManualPaymentProvider(
            PaymentSettings settings,
            @ConfigProperty(name = "fondaco.database.embedded", defaultValue = "false") boolean embedded) {
        this.settings = settings;
        this.embedded = embedded;
    }

    void onStart(@Observes StartupEvent event) {
        if (isEnabled() && !embedded) {
            LOG.warn("fondaco.payment.manual.enabled is true: any customer can order without paying first");
        }
    }

    @Override
    public String name() {
        return "manual";
    }

    /** Disabled by default: any customer can choose it, and the goods may be sent before they are paid. */
    @Override
    public boolean isEnabled() {
        return settings.manual().enabled();
    }

    @Override
    public PaymentResult authorize(Payment payment, String token) {
        return PaymentResult.authorized(payment.amount());
    }

    @Override
    public PaymentResult capture(Payment payment, Money amount) {
        return PaymentResult.captured(amount);
    }

    @Override
    public PaymentResult fetchStatus(Payment payment) {
        return PaymentResult.authorized(payment.amount());
    }

    @Override
    public PaymentResult voidPayment(Payment payment) {
        return PaymentResult.of(PaymentOutcome.VOIDED);
    }

    @Override
    public RefundResult refund(Payment payment, Refund refund) {
        return RefundResult.of(Refund.State.SUCCEEDED);
    }

    @Override
    public Optional<PaymentWebhookEvent> parseWebhook(byte[] body, String signature) {
        throw ApiException.notFound("webhook of provider", name());
    }
}
