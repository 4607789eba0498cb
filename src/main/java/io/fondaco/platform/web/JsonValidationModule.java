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

/** Rejects JSON values that could not be stored as sent: strings with an unpaired surrogate, and dates out of range. */
final class JsonValidationModule extends SimpleModule {
    JsonValidationModule() {
        super("fondaco");
        addDeserializer(String.class, new ValidatingStringDeserializer());
        addKeyDeserializer(String.class, new ValidatingKeyDeserializer());
        addDeserializer(Instant.class, new DateTimeDeserializer<>(Instant.class, DateTimeParser::parseInstant));
        addDeserializer(LocalDate.class, new DateTimeDeserializer<>(LocalDate.class, DateTimeParser::parseDate));
    }

    private static final class ValidatingStringDeserializer extends StdScalarDeserializer<String> {
        ValidatingStringDeserializer() {
            super(String.class);
        }

        @Override
        public @Nullable String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String text = StringDeserializer.instance.deserialize(parser, context);
            if (UnicodeText.hasLoneSurrogate(text)) {
                context.handleWeirdStringValue(String.class, text, "unpaired surrogate");
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

    private static final class ValidatingKeyDeserializer extends KeyDeserializer {
        @Override
        public Object deserializeKey(String key, DeserializationContext context) throws IOException {
            return UnicodeText.hasLoneSurrogate(key) || UnicodeText.hasNul(key)
                    ? context.handleWeirdKey(String.class, key, "contains a NUL character or an unpaired surrogate")
                    : key;
        }
    }

    /** A date-time or date, accepted only as a string. */
    private static final class DateTimeDeserializer<T> extends StdScalarDeserializer<T> {
        private final Class<T> type;
        private final transient Function<String, T> parse;

        DateTimeDeserializer(Class<T> type, Function<String, T> parse) {
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
