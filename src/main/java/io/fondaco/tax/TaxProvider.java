package io.fondaco.tax;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.remote.RemoteAnswers;
import io.fondaco.tax.SaleTaxation.TaxableLine;
import io.fondaco.tax.Taxes.TaxPlace;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * A tax service that calculates the taxes of sales instead of the rates of the shop. A shop has at most one that is
 * enabled. Calls are made outside of any transaction, each in a thread of its own, within {@link
 * RemoteAnswers#TIME_LIMIT} and behind a circuit breaker. A call that takes longer is no longer waited for; the
 * provider ends it itself.
 */
public interface TaxProvider {
    /** The name in logs: {@code "http"}. */
    String name();

    /** Whether the shop has chosen it. Does not change while the pod runs. */
    boolean enabled();

    /** What applies if it does not answer. */
    Fallback fallback();

    /** The time zone of the days of sales. */
    ZoneId timeZone();

    /**
     * The taxes of a sale.
     *
     * @return one entry for each line
     * @throws RuntimeException if it does not answer, with a message that has no personal data
     */
    TaxAnswer calculate(TaxRequest request);

    /** What applies while a provider does not answer. */
    enum Fallback {
        /** The taxes by the rates of the shop, which are also charged. */
        BUILT_IN,
        /** Nothing is sold. */
        REFUSE
    }

    /**
     * A sale. Requests that are equal get the same answer for {@link RemoteAnswers#KEPT_FOR}. So it has the day and not
     * the moment of the sale, and neither names nor streets.
     *
     * @param currency ISO 4217, of all amounts
     * @param destination where the goods are delivered or the service is used, or the place of the seller; the region
     *     is the part after the country of an ISO 3166-2 code
     * @param taxId the tax id of a business customer
     * @param lines all above zero, and not of the category {@link Taxes#EXEMPT_CATEGORY}; in the order of the cart
     * @param shipping empty if it is free
     */
    record TaxRequest(
            String currency,
            LocalDate date,
            TaxPlace destination,
            Optional<String> taxId,
            List<TaxableLine> lines,
            Optional<TaxableLine> shipping) {
        public TaxRequest {
            lines = List.copyOf(lines);
        }
    }

    /**
     * The taxes of a sale. They are checked: an answer that does not match its request counts as a failure.
     *
     * @param lines the tax lines of each line of the request, in their order; zero or more
     * @param shipping the tax lines of shipping; none if the request has no shipping
     * @param tax the sum of all tax lines
     */
    record TaxAnswer(List<List<TaxLine>> lines, List<TaxLine> shipping, Money tax) {
        public TaxAnswer {
            lines = lines.stream().map(List::copyOf).toList();
            shipping = List.copyOf(shipping);
        }
    }
}
