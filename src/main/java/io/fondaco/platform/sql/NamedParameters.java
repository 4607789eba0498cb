package io.fondaco.platform.sql;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A statement with named parameters, as JDBC takes it.
 *
 * @param jdbcText with {@code ?} for each parameter
 * @param names by position; a parameter that is used twice is there twice
 */
record NamedParameters(String jdbcText, List<String> names) {
    /** Statements are constants of the code, some with a few variants. */
    private static final int MAX_CACHED = 2_000;

    private static final LoadingCache<String, NamedParameters> PARSED =
            Caffeine.newBuilder().maximumSize(MAX_CACHED).build(NamedParameters::of);

    /** What is skipped (literals, quoted names, comments, casts), a parameter, or an operator with a question mark. */
    private static final Pattern TOKEN = Pattern.compile("""
            '(?:[^']|'')*' | "[^"]*" | --[^\\n]* | /\\*.*?\\*/ | ::
            | (?<parameter>:[A-Za-z]\\w*) | (?<operator>\\?)
            """, Pattern.COMMENTS | Pattern.DOTALL);

    NamedParameters {
        names = List.copyOf(names);
    }

    static NamedParameters parse(String text) {
        return PARSED.get(text);
    }

    private static NamedParameters of(String text) {
        List<String> names = new ArrayList<>();
        StringBuilder jdbc = new StringBuilder(text.length());
        Matcher token = TOKEN.matcher(text);
        while (token.find()) {
            String replacement = token.group();
            if (token.group("parameter") != null) {
                names.add(token.group().substring(1));
                replacement = "?";
            } else if (token.group("operator") != null) {
                replacement = "??";
            }
            token.appendReplacement(jdbc, Matcher.quoteReplacement(replacement));
        }
        token.appendTail(jdbc);
        return new NamedParameters(jdbc.toString(), names);
    }
}
