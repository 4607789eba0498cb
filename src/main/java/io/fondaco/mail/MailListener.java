package io.fondaco.mail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.messaging.EventBatch;
import io.fondaco.platform.messaging.Once;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Writes down which letters are to be sent. The events say all that decides it, so that no order is read here: what a letter says is
 * read when it is sent.
 */
@ApplicationScoped
class MailListener {
    static final String NAME = "mail";

    private final Letters letters;
    private final ObjectMapper json;

    MailListener(Letters letters, ObjectMapper json) {
        this.letters = letters;
        this.json = json;
    }

    @Incoming(NAME)
    @Incoming(NAME + "-retries")
    @Once(
            value = NAME,
            types = {Kind.PLACED, Kind.PAID, Kind.FULFILLED, Kind.REFUNDED, Kind.RETURNED, Kind.CANCELLED})
    @Blocking
    @ReadsFrom(Route.PRIMARY)
    void on(EventBatch batch) throws JsonProcessingException {
        Map<Event, Kind> due = new LinkedHashMap<>();
        for (Event event : batch.events()) {
            Kind.of(event.type(), json.readTree(event.data())).ifPresent(kind -> due.put(event, kind));
        }
        if (!due.isEmpty()) {
            letters.add(due);
        }
    }
}
