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
 * Tells {@code "field": null} from a field that is absent. In a change an absent field stays as it is, and a null must not be
 * taken for one: it empties the field (RFC 7396), or is refused where there is no empty value.
 */
public final class ExplicitNull {
    private ExplicitNull() {}

    /** Null is the empty text, list, object or 0; refused for a type that has no empty value. */
    @Target({ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER})
    @Retention(RetentionPolicy.RUNTIME)
    @JacksonAnnotationsInside
    @JsonDeserialize(using = NullAsEmptyDeserializer.class)
    public @interface ClearsField {}

    /** Null is refused. */
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

        private NullAsEmptyDeserializer(@Nullable JsonDeserializer<?> values) {
            this.delegate = values;
        }

        @Override
        public JsonDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property)
                throws JsonMappingException {
            return wrap(context.findContextualValueDeserializer(
                    requireNonNull(property, "is for properties").getType(), property));
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
            return context.reportInputMismatch(delegate(), "null is no value here");
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

        private NullRejectingDeserializer(JsonDeserializer<?> values) {
            super(values);
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
