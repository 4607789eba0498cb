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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What may stand in JSON and not be kept as it was sent is refused: text that is torn, and times that no calendar here has. */
final class JsonValues extends SimpleModule {
    JsonValues() {
        super("fondaco");
        addDeserializer(String.class, new WholeText());
        addKeyDeserializer(String.class, new WholeKey());
        addDeserializer(Instant.class, new OnTheCalendar<>(Instant.class, Times::instant));
        addDeserializer(LocalDate.class, new OnTheCalendar<>(LocalDate.class, Times::day));
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
        public Object getEmptyValue(DeserializationContext context) {
            return "";
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

    /** A time or a day, which is told as text and in no other way. */
    private static final class OnTheCalendar<T> extends StdScalarDeserializer<T> {
        private final Class<T> type;
        private final transient Function<String, T> parse;

        OnTheCalendar(Class<T> type, Function<String, T> parse) {
            super(type);
            this.type = type;
            this.parse = parse;
        }

        @Override
        public @Nullable T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!parser.hasToken(JsonToken.VALUE_STRING)) {
                return type.cast(context.handleUnexpectedToken(type, parser));
            }
            try {
                return parse.apply(parser.getText());
            } catch (DateTimeException e) {
                return type.cast(context.handleWeirdStringValue(type, parser.getText(), e.getMessage()));
            }
        }
    }
}
