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
class ManualProvider implements PaymentProvider {
    private static final Logger LOG = Logger.getLogger(ManualProvider.class);

    private final PaymentSettings settings;
    private final boolean embedded;

    ManualProvider(
            PaymentSettings settings,
            @ConfigProperty(name = "fondaco.database.embedded", defaultValue = "false") boolean embedded) {
        this.settings = settings;
        this.embedded = embedded;
    }

    void onStart(@Observes StartupEvent event) {
        if (offered() && !embedded) {
            LOG.warn("fondaco.payment.manual.enabled is true: everybody can order without paying first");
        }
    }

    @Override
    public String name() {
        return "manual";
    }

    /** Not unless it is switched on: anybody may choose it, and whoever does is given the goods before paying. */
    @Override
    public boolean offered() {
        return settings.manual().enabled();
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
