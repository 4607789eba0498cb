package io.fondaco.webhook;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What is sent: the event, thin. Who needs more asks for the subject, with the consistency token that came with it. */
@ApplicationScoped
class WebhookPayloadRenderer {
    private final ObjectMapper json;

    WebhookPayloadRenderer(ObjectMapper json) {
        this.json = json;
    }

    /**
     * The body of a call.
     *
     * @param sequence counts the events of the subject; a lower one that comes later is old news
     * @param resourceVersion of the subject after the event
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
