package io.fondaco.webhook;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies an endpoint that events are sent to. */
record WebhookId(UUID value) {
    static final String PREFIX = "webhook";

    @JsonCreator
    static WebhookId parse(String text) {
        return new WebhookId(TypeId.parse(PREFIX, text));
    }

    /** The same, under the name that path parameters are converted by. */
    static WebhookId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
