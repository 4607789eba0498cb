package io.fondaco.platform.web;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** What may stand in JSON and not be kept as it was sent is refused: text that is torn, and times that no calendar here has. */
final class JsonValues extends SimpleModule {
    private static final int LAST_YEAR = 9999;

    JsonValues() {
        super("fondaco");
        addDeserializer(String.class, new WholeText());
        addKeyDeserializer(String.class, new WholeKey());
        addDeserializer(Instant.class, new Time());
        addDeserializer(LocalDate.class, new Day());
    }

    private static final class WholeText extends StdScalarDeserializer<String> {
        WholeText() {
            super(String.class);
        }

        @Override
        public @Nullable String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String text = StringDeserializer.instance.deserialize(parser, context);
            if (Text.isTorn(text)) {
                context.handleWeirdStringValue(String.class, text, "half of a surrogate pair");
            }
            return text;
        }

        @Override
        public LogicalType logicalType() {
            return LogicalType.Textual;
        }
    }

    private static final class WholeKey extends KeyDeserializer {
        @Override
        public Object deserializeKey(String key, DeserializationContext context) throws IOException {
            return Text.isTorn(key) || Text.hasNul(key) ? context.handleWeirdKey(String.class, key, "not text") : key;
        }
    }

    /** RFC 3339, of the years 1 to 9999: what the database and every client can hold. */
    private static final class Time extends StdScalarDeserializer<Instant> {
        Time() {
            super(Instant.class);
        }

        @Override
        public @Nullable Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!parser.hasToken(JsonToken.VALUE_STRING)) {
                return (Instant) context.handleUnexpectedToken(Instant.class, parser);
            }
            try {
                OffsetDateTime time = OffsetDateTime.parse(parser.getText());
                if (isOnTheCalendar(time.getYear())) {
                    return time.toInstant();
                }
            } catch (DateTimeException _) {
                // Said below.
            }
            return (Instant) context.handleWeirdStringValue(Instant.class, parser.getText(), "not a time");
        }
    }

    private static final class Day extends StdScalarDeserializer<LocalDate> {
        Day() {
            super(LocalDate.class);
        }

        @Override
        public @Nullable LocalDate deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!parser.hasToken(JsonToken.VALUE_STRING)) {
                return (LocalDate) context.handleUnexpectedToken(LocalDate.class, parser);
            }
            try {
                LocalDate day = LocalDate.parse(parser.getText());
                if (isOnTheCalendar(day.getYear())) {
                    return day;
                }
            } catch (DateTimeException _) {
                // Said below.
            }
            return (LocalDate) context.handleWeirdStringValue(LocalDate.class, parser.getText(), "not a day");
        }
    }

    private static boolean isOnTheCalendar(int year) {
        return year >= 1 && year <= LAST_YEAR;
    }
}
