package io.fondaco.platform.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Writes our own records as JSON. */
public final class Json {
    private Json() {}

    /** @throws IllegalStateException if the value cannot be written, which does not happen for our records */
    public static String write(ObjectMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write as JSON: " + value.getClass(), e);
        }
    }
}
