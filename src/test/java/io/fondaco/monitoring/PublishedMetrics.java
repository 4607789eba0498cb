package io.fondaco.monitoring;

import io.fondaco.SourceFiles;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The metrics that the application publishes, by their Prometheus names, read from its source. A name is a literal, or
 * a literal that ends in a dot, completed by each other literal of the same file.
 */
record PublishedMetrics(Set<String> names) {
    private static final Pattern LITERAL = Pattern.compile("\"([a-z][a-z0-9.]*)\"");
    private static final String PREFIX = "fondaco.";

    /** The calls that create a kind of meter, and the suffixes that Prometheus appends to its name. */
    private enum MeterKind {
        COUNTER("(?:Counter|FunctionCounter)\\.builder|\\.counter", "_total"),
        GAUGE("(?:Gauge|MultiGauge)\\.builder|\\.gauge", ""),
        TIME_GAUGE("TimeGauge\\.builder", "_seconds"),
        TIMER(
                "(?:Timer|FunctionTimer)\\.builder|\\.timer",
                "_seconds",
                "_seconds_count",
                "_seconds_sum",
                "_seconds_max"),
        SUMMARY("DistributionSummary\\.builder|\\.summary", "", "_count", "_sum", "_max");

        private final Pattern builderPattern;
        private final List<String> suffixes;

        MeterKind(String builders, String... suffixes) {
            this.builderPattern = Pattern.compile("(?:" + builders + ")\\(\\s*\"(fondaco\\.[a-z0-9.]*)\"");
            this.suffixes = List.of(suffixes);
        }
    }

    static PublishedMetrics scan() {
        return new PublishedMetrics(SourceFiles.readAll().stream()
                .filter(source -> source.contains("MeterRegistry"))
                .flatMap(PublishedMetrics::metricsIn)
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Stream<String> metricsIn(String source) {
        List<String> literals = found(LITERAL, source);
        Map<MeterKind, List<String>> namesByKind = new EnumMap<>(MeterKind.class);
        for (MeterKind meterKind : MeterKind.values()) {
            namesByKind.put(meterKind, found(meterKind.builderPattern, source));
        }
        return namesByKind.entrySet().stream().flatMap(entry -> entry.getValue().stream()
                .flatMap(name -> name.endsWith(".") ? completePrefix(name, literals) : Stream.of(name))
                .flatMap(name -> entry.getKey().suffixes.stream().map(suffix -> name.replace('.', '_') + suffix)));
    }

    private static Stream<String> completePrefix(String beginning, List<String> literals) {
        return literals.stream().filter(literal -> !literal.startsWith(PREFIX)).map(literal -> beginning + literal);
    }

    private static List<String> found(Pattern pattern, String source) {
        return pattern.matcher(source).results().map(PublishedMetrics::first).toList();
    }

    private static String first(MatchResult result) {
        return result.group(1);
    }
}
