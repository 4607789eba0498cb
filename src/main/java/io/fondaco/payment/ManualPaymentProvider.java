package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Pay later: on invoice, by transfer, in cash. Granted at once; the staff says when the money came, by capturing it. */
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
            LOG.warn("fondaco.payment.manual.enabled is true: everybody can order without paying first");
        }
    }

    @Override
    public String name() {
        return "manual";
    }

    /** Not unless it is switched on: anybody may choose it, and whoever does is given the goods before paying. */
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
