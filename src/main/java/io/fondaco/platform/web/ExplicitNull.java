package io.fondaco.platform.web;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;

/**
 * Distinguishes {@code "field": null} from an absent field. In a PATCH, an absent field stays unchanged; null clears
 * the field (RFC 7396), or is rejected if the field has no empty value.
 */
public final class ExplicitNull {
    private ExplicitNull() {}

    /** Null becomes an empty string, list or object, or 0; rejected for a type that has no empty value. */
    @Target({ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER})
    @Retention(RetentionPolicy.RUNTIME)
    @JacksonAnnotationsInside
    @JsonDeserialize(using = NullAsEmptyDeserializer.class)
    public @interface ClearsField {}

    /** Null is rejected. */
    @Target({ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER})
    @Retention(RetentionPolicy.RUNTIME)
    @JacksonAnnotationsInside
    @JsonDeserialize(using = NullRejectingDeserializer.class)
    public @interface Rejected {}

    static class NullAsEmptyDeserializer extends JsonDeserializer<Object> implements ContextualDeserializer {
        private final @Nullable JsonDeserializer<?> delegate;

        NullAsEmptyDeserializer() {
            this(null);
        }

        private NullAsEmptyDeserializer(@Nullable JsonDeserializer<?> delegate) {
            this.delegate = delegate;
        }

        @Override
        public JsonDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property)
                throws JsonMappingException {
            return wrap(context.findContextualValueDeserializer(
                    requireNonNull(property, "only for properties").getType(), property));
        }

        JsonDeserializer<?> wrap(JsonDeserializer<?> deserializer) {
            return new NullAsEmptyDeserializer(deserializer);
        }

        JsonDeserializer<?> delegate() {
            return requireNonNull(delegate, "not bound to a property");
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return delegate().deserialize(parser, context);
        }

        @Override
        public Object getNullValue(DeserializationContext context) throws JsonMappingException {
            Object empty = delegate().getEmptyValue(context);
            return empty == null || empty instanceof Boolean ? reject(context) : empty;
        }

        Object reject(DeserializationContext context) throws JsonMappingException {
            return context.reportInputMismatch(delegate(), "null is not allowed");
        }

        @Override
        public @Nullable Object getAbsentValue(DeserializationContext context) {
            return null;
        }
    }

    static final class NullRejectingDeserializer extends NullAsEmptyDeserializer {
        NullRejectingDeserializer() {
            super();
        }

        private NullRejectingDeserializer(JsonDeserializer<?> delegate) {
            super(delegate);
        }

        @Override
        JsonDeserializer<?> wrap(JsonDeserializer<?> deserializer) {
            return new NullRejectingDeserializer(deserializer);
        }

        @Override
        public Object getNullValue(DeserializationContext context) throws JsonMappingException {
            return reject(context);
        }
    }
}
