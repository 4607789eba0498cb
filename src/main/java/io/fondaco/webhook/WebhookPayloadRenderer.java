package io.fondaco.webhook;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Renders the body of a delivery: the thin event. Receivers that need more read the subject, with the consistency token
 * of the delivery.
 */
@ApplicationScoped
class WebhookPayloadRenderer {
    private final ObjectMapper json;

    WebhookPayloadRenderer(ObjectMapper json) {
        this.json = json;
    }

    /**
     * The body of a delivery.
     *
     * @param sequence the number of the event among those of its subject; a lower one that arrives later is out of date
     * @param resourceVersion the version of the subject after the event
     */
    @Schema(name = "WebhookPayload")
    record Payload(
            String id,
            String type,
            Instant timestamp,
            String subject,
            long sequence,
            long resourceVersion,
            @JsonRawValue @Schema(type = SchemaType.OBJECT) String data) {}

    String render(Event event) {
        return Json.write(
                json,
                new Payload(
                        event.publicId(),
                        event.type(),
                        event.time(),
                        event.subject(),
                        event.sequence(),
                        event.version(),
                        event.data()));
    }
}
