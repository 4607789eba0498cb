package io.fondaco.platform.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Our own records as JSON. */
public final class Json {
    private Json() {}

    /**
     * @throws IllegalStateException for what is no record of ours: those always write
     */
    public static String write(ObjectMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Does not write as JSON: " + value.getClass(), e);
        }
    }
}
