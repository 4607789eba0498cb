package io.fondaco.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The standard VAT rates of the member states of the EU in the data of the replay, and the tax that a price includes,
 * calculated without the shop. Other countries have no rate.
 */
final class RetailTaxes {
    static final String NAME = "VAT";

    private static final long HUNDRED_PERCENT = 10_000;

    /** The middle of the year of the data. */
    private static final String DAY = "2011-06-30";

    /** In basis points, if there is no file of rates. */
    private static final SortedMap<String, Long> WITHOUT_FILE = new TreeMap<>();

    static {
        WITHOUT_FILE.put("GB", 2_000L);
        WITHOUT_FILE.put("IE", 2_100L);
        WITHOUT_FILE.put("DE", 1_900L);
        WITHOUT_FILE.put("FR", 1_960L);
        WITHOUT_FILE.put("NL", 1_900L);
        WITHOUT_FILE.put("BE", 2_100L);
        WITHOUT_FILE.put("SE", 2_500L);
    }

    private static final Set<String> MEMBER_STATES = Set.of(
            "AT", "BE", "CY", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "GR", "IE", "IT", "LT", "MT", "NL", "PL", "PT",
            "SE");

    /** In basis points by country. */
    private final SortedMap<String, Long> rates;

    private RetailTaxes(SortedMap<String, Long> rates) {
        this.rates = rates;
    }

    /**
     * @param file the rates of member states with their history, as JSON; if it does not exist, a few rates of 2011 are
     *     used
     */
    static RetailTaxes read(Path file) {
        if (!Files.exists(file)) {
            return new RetailTaxes(WITHOUT_FILE);
        }
        SortedMap<String, Long> rates = new TreeMap<>();
        try {
            JsonNode countries =
                    new ObjectMapper().readTree(Files.readString(file)).get("items");
            for (String country : MEMBER_STATES) {
                rates.put(country, rateOf(countries.path(country)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RetailTaxes(rates);
    }

    /** The standard rate of the last period that began before {@link #DAY}; the file has periods in any order. */
    private static long rateOf(JsonNode periods) {
        String begin = "";
        long rate = -1;
        for (JsonNode period : periods) {
            String from = period.get("effective_from").asText();
            if (from.compareTo(DAY) <= 0 && from.compareTo(begin) > 0) {
                begin = from;
                rate = new BigDecimal(period.at("/rates/standard").asText())
                        .movePointRight(2)
                        .longValueExact();
            }
        }
        if (rate < 0) {
            throw new IllegalStateException("No rate on " + DAY + " in " + periods);
        }
        return rate;
    }

    SortedMap<String, Long> rates() {
        return rates;
    }

    /** The country that taxes an invoice: that of its delivery, or that of the shop. */
    static String taxedIn(RetailData.Invoice invoice) {
        return invoice.country().orElse(RetailCountries.SELLER);
    }

    /** In basis points; empty if nothing is taxed there. */
    Optional<Long> rateIn(String country) {
        return Optional.ofNullable(rates.get(country));
    }

    /** The rate as the admin API states it: 1960 is 0.196. */
    static String fraction(long basisPoints) {
        return BigDecimal.valueOf(basisPoints, 4).stripTrailingZeros().toPlainString();
    }

    /** The tax in a price that includes it, rounded half up. */
    static long includedTax(long price, long basisPoints) {
        long divisor = HUNDRED_PERCENT + basisPoints;
        return (2 * price * basisPoints + divisor) / (2 * divisor);
    }
}
