package io.fondaco.tax;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.CsvRowReader;
import io.fondaco.platform.web.Violation;
import io.fondaco.tax.TaxSettings.Rounding;
import io.fondaco.tax.TaxSettings.RoundingRule;
import io.fondaco.tax.TaxSettings.ShippingTax;
import java.io.InputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rates and settings for tests without the application. */
final class TaxFixture {
    static final Set<String> CATEGORIES =
            Set.of("standard", "reduced", "reduced_2", "super_reduced", "zero", "exempt", "books", "clothing");

    private TaxFixture() {}

    /** The rows of a file in {@code src/test/resources/tax}, without the header. */
    static List<List<String>> readRows(String file) {
        InputStream bytes = Objects.requireNonNull(TaxFixture.class.getResourceAsStream("/tax/" + file), file);
        List<List<String>> rows = new ArrayList<>();
        try (CsvRowReader reader = CsvRowReader.read(bytes)) {
            for (Optional<CsvRow> row = reader.next(); row.isPresent(); row = reader.next()) {
                rows.add(row.get().cells());
            }
        }
        return List.copyOf(rows.subList(1, rows.size()));
    }

    /** The rates of {@code rates.csv}, which has the columns of an import, by country; none overlap. */
    static Map<String, CountryRates> readRates() {
        List<TaxRate> rates = readRows("rates.csv").stream()
                .map(cells -> rate(new TaxRateDraft(
                        cells.get(0),
                        cells.get(1),
                        orNull(cells.get(2)),
                        cells.get(3).isEmpty()
                                ? List.of()
                                : List.of(cells.get(3).split(";", -1)),
                        cells.get(4),
                        cells.get(5),
                        Boolean.valueOf(cells.get(6)),
                        instant(cells.get(7)),
                        instant(cells.get(8)))))
                .toList();
        TaxRateService.RateBook book = new TaxRateService.RateBook();
        for (TaxRate rate : rates) {
            assertThat(book.check(rate)).as("%s", rate).isEmpty();
            book.put(rate);
        }
        return rates.stream()
                .collect(Collectors.groupingBy(
                        TaxRate::country, Collectors.collectingAndThen(Collectors.toList(), CountryRates::new)));
    }

    static TaxRate rate(TaxRateDraft draft) {
        List<Violation> violations = new ArrayList<>();
        TaxRateDraft normalized = new TaxRateValidator(CATEGORIES).normalize(draft, violations);
        assertThat(violations).as("%s", draft).isEmpty();
        return TaxRate.create(normalized);
    }

    /** A rate without limits in time, that is not compound. */
    static TaxRate rate(
            String name, @Nullable String region, List<String> postalCodes, String category, String fraction) {
        return rate(new TaxRateDraft(name, "US", region, postalCodes, category, fraction, false, null, null));
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    static @Nullable Instant instant(String text) {
        return text.isEmpty() ? null : OffsetDateTime.parse(text).toInstant();
    }

    /**
     * @param words separated by blanks: {@code excl}, {@code order}, {@code half_even}, {@code reverse_charge}, {@code
     *     ship=main_rate}, {@code seller=DE}
     */
    static TaxSettings settings(String words) {
        Set<String> set = Set.copyOf(Arrays.asList(words.split(" ")));
        return new TaxSettings(
                !set.contains("excl"),
                set.contains("order") ? Rounding.ORDER : Rounding.LINE,
                set.contains("half_even") ? RoundingRule.HALF_EVEN : RoundingRule.HALF_UP,
                ShippingTax.ofColumn(value(set, "ship=").orElse("category")),
                "standard",
                value(set, "seller=").orElse(null),
                null,
                null,
                set.contains("reverse_charge"),
                1,
                Instant.EPOCH);
    }

    private static Optional<String> value(Set<String> words, String key) {
        return words.stream()
                .filter(word -> word.startsWith(key))
                .map(word -> word.substring(key.length()))
                .findAny();
    }
}
