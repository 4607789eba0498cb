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
    @JsonDeserialize(using = ToEmpty.class)
    public @interface Empties {}

    /** Null is refused. */
    @Target({ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER})
    @Retention(RetentionPolicy.RUNTIME)
    @JacksonAnnotationsInside
    @JsonDeserialize(using = ToRefusal.class)
    public @interface Refused {}

    static class ToEmpty extends JsonDeserializer<Object> implements ContextualDeserializer {
        private final @Nullable JsonDeserializer<?> values;

        ToEmpty() {
            this(null);
        }

        private ToEmpty(@Nullable JsonDeserializer<?> values) {
            this.values = values;
        }

        @Override
        public JsonDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property)
                throws JsonMappingException {
            return of(context.findContextualValueDeserializer(
                    requireNonNull(property, "is for properties").getType(), property));
        }

        JsonDeserializer<?> of(JsonDeserializer<?> deserializer) {
            return new ToEmpty(deserializer);
        }

        JsonDeserializer<?> values() {
            return requireNonNull(values, "not bound to a property");
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return values().deserialize(parser, context);
        }

        @Override
        public Object getNullValue(DeserializationContext context) throws JsonMappingException {
            Object empty = values().getEmptyValue(context);
            return empty == null || empty instanceof Boolean ? refuse(context) : empty;
        }

        Object refuse(DeserializationContext context) throws JsonMappingException {
            return context.reportInputMismatch(values(), "null is no value here");
        }

        @Override
        public @Nullable Object getAbsentValue(DeserializationContext context) {
            return null;
        }
    }

    static final class ToRefusal extends ToEmpty {
        ToRefusal() {
            super();
        }

        private ToRefusal(JsonDeserializer<?> values) {
            super(values);
        }

        @Override
        JsonDeserializer<?> of(JsonDeserializer<?> deserializer) {
            return new ToRefusal(deserializer);
        }

        @Override
        public Object getNullValue(DeserializationContext context) throws JsonMappingException {
            return refuse(context);
        }
    }
}
