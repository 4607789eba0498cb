package io.fondaco.importing;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.csv.CsvRowWriter;
import io.fondaco.platform.csv.FormulaEscaping;
import io.fondaco.tax.TaxRateDraft;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Converts two public collections of tax rates to a file of tax rates: {@code eu-vat-rates.json}, which has the history
 * of European VAT and exceptions by regular expressions for postal codes, and {@code sales_tax_rates.json}, which has
 * the other countries and the states of the United States and Canada.
 */
final class ReferenceTaxRates {
    /** The category of the EU file that this application does not have from the start. */
    static final String PRESS_CATEGORY = "press_publications";

    private static final Path DIRECTORY = Path.of(System.getProperty("tax.input", "../shared/real-input/reference"));
    private static final Path EU_FILE = DIRECTORY.resolve("eu-vat-rates.json");
    private static final Path WORLD_FILE = DIRECTORY.resolve("sales_tax_rates.json");
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private static final String ALWAYS = "0000-01-01";
    private static final Map<String, String> CATEGORIES =
            Map.of("reduced1", "reduced", "reduced2", "reduced_2", "standard", "standard");
    private static final ZoneId WESTERN = ZoneId.of("Europe/London");
    private static final ZoneId CENTRAL = ZoneId.of("Europe/Berlin");
    private static final ZoneId EASTERN = ZoneId.of("Europe/Athens");
    private static final Set<String> WESTERN_COUNTRIES = Set.of("GB", "IE", "PT");
    private static final Set<String> EASTERN_COUNTRIES = Set.of("BG", "CY", "EE", "FI", "GR", "LT", "LV", "RO");
    private static final Pattern CHARACTER_CLASS = Pattern.compile("\\[([0-9-]+)]");
    private static final Pattern DIGITS_AT_THE_END = Pattern.compile("([0-9]+)\\\\d\\{([0-9]+)(,?)}");

    private final List<TaxRateDraft> rates = new ArrayList<>();

    private ReferenceTaxRates() {}

    /** Empty if the files are not here. */
    static Optional<List<TaxRateDraft>> read() throws IOException {
        if (!Files.exists(EU_FILE) || !Files.exists(WORLD_FILE)) {
            return Optional.empty();
        }
        ReferenceTaxRates reader = new ReferenceTaxRates();
        JsonNode eu = JSON.readTree(Files.readString(EU_FILE)).get("items");
        eu.properties().forEach(country -> reader.readEuropean(country.getKey(), country.getValue()));
        Set<String> countries = Set.of(Locale.getISOCountries());
        JSON.readTree(Files.readString(WORLD_FILE)).properties().stream()
                .filter(country -> !eu.has(country.getKey()) && countries.contains(country.getKey()))
                .forEach(country -> reader.readOther(country.getKey(), country.getValue()));
        return Optional.of(List.copyOf(reader.rates));
    }

    static String toCsv(List<TaxRateDraft> rates) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CsvRowWriter writer = CsvRowWriter.to(bytes, FormulaEscaping.PLAIN)) {
            writer.writeRow(TaxRateRowParser.HEADER);
            rates.stream().map(TaxRateRowParser::render).forEach(writer::writeRow);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private void readEuropean(String country, JsonNode periods) {
        List<JsonNode> sorted = new ArrayList<>();
        periods.forEach(sorted::add);
        sorted.sort(Comparator.comparing(ReferenceTaxRates::startOf));
        for (int index = 0; index < sorted.size(); index++) {
            JsonNode period = sorted.get(index);
            Instant from = instant(country, startOf(period));
            Instant until = index + 1 < sorted.size() ? instant(country, startOf(sorted.get(index + 1))) : null;
            period.get("rates")
                    .properties()
                    .forEach(rate ->
                            add("VAT", country, null, List.of(), rate.getKey(), percent(rate.getValue()), from, until));
            period.path("exceptions")
                    .forEach(place -> add(
                            "VAT",
                            country,
                            null,
                            patterns(place.get("postcode").asText()),
                            "standard",
                            percent(place.get("standard")),
                            from,
                            until));
        }
    }

    private static String startOf(JsonNode period) {
        return period.get("effective_from").asText();
    }

    private static @Nullable Instant instant(String country, String date) {
        if (date.equals(ALWAYS)) {
            return null;
        }
        ZoneId zone =
                WESTERN_COUNTRIES.contains(country) ? WESTERN : EASTERN_COUNTRIES.contains(country) ? EASTERN : CENTRAL;
        return LocalDate.parse(date).atStartOfDay(zone).toInstant();
    }

    private static BigDecimal percent(JsonNode number) {
        return number.decimalValue().movePointLeft(2);
    }

    private void readOther(String country, JsonNode node) {
        if (!node.get("type").asText().equals("none")) {
            readHistory(node.get("type").asText().toUpperCase(Locale.ROOT), country, null, node);
        }
        node.path("states").properties().forEach(state -> {
            String type = state.getValue().get("type").asText();
            String name = country.equals("US") ? "Sales tax" : type.toUpperCase(Locale.ROOT);
            readHistory(name, country, state.getKey(), state.getValue());
        });
    }

    /** Each entry of {@code before} is the rate until its moment. */
    private void readHistory(String name, String country, @Nullable String region, JsonNode node) {
        Map<Instant, BigDecimal> before = new TreeMap<>();
        node.path("before")
                .properties()
                .forEach(entry -> before.put(
                        Instant.parse(entry.getKey()),
                        entry.getValue().get("rate").decimalValue()));
        Instant from = null;
        for (Map.Entry<Instant, BigDecimal> past : before.entrySet()) {
            add(name, country, region, List.of(), "standard", past.getValue(), from, past.getKey());
            from = past.getKey();
        }
        add(name, country, region, List.of(), "standard", node.get("rate").decimalValue(), from, null);
    }

    private void add(
            String name,
            String country,
            @Nullable String region,
            List<String> postalCodes,
            String category,
            BigDecimal rate,
            @Nullable Instant from,
            @Nullable Instant until) {
        rates.add(new TaxRateDraft(
                name,
                country,
                region,
                postalCodes,
                CATEGORIES.getOrDefault(category, category),
                rate.toPlainString(),
                false,
                from,
                until));
    }

    /**
     * The patterns for a regular expression of the file: {@code (35\d{3}|38\d{3})} is {@code 35000-35999}, {@code
     * 38000-38999}; {@code 5100[1-5]} is five codes; {@code 9[0-4]\d{2,}} is {@code 90*} to {@code 94*}.
     */
    static List<String> patterns(String regex) {
        return Arrays.stream(regex.replaceAll("[()]", "").split("\\|", -1))
                .flatMap(ReferenceTaxRates::withoutClasses)
                .map(ReferenceTaxRates::toPattern)
                .toList();
    }

    private static Stream<String> withoutClasses(String regex) {
        Matcher matcher = CHARACTER_CLASS.matcher(regex);
        if (!matcher.find()) {
            return Stream.of(regex);
        }
        String before = regex.substring(0, matcher.start());
        String after = regex.substring(matcher.end());
        String members = matcher.group(1);
        Stream<String> digits = members.length() == 3 && members.charAt(1) == '-'
                ? Stream.iterate(members.charAt(0), digit -> digit <= members.charAt(2), digit -> (char) (digit + 1))
                        .map(String::valueOf)
                : Arrays.stream(members.split("", -1)).filter(digit -> !digit.isEmpty());
        return digits.flatMap(digit -> withoutClasses(before + digit + after));
    }

    private static String toPattern(String regex) {
        Matcher matcher = DIGITS_AT_THE_END.matcher(regex);
        if (!matcher.matches()) {
            return regex;
        }
        String prefix = matcher.group(1);
        int count = Integer.parseInt(matcher.group(2));
        return matcher.group(3).isEmpty()
                ? prefix + "0".repeat(count) + "-" + prefix + "9".repeat(count)
                : prefix + "*";
    }
}
