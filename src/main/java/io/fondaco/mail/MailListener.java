package io.fondaco.mail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.messaging.EventBatch;
import io.fondaco.platform.messaging.IdempotentConsumer;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Stores the e-mails that events cause. The events contain everything that decides this, so no order is read here. The
 * content of an e-mail is read when it is sent.
 */
@ApplicationScoped
class MailListener {
    static final String NAME = "mail";

    private final EmailNotifications notifications;
    private final ObjectMapper json;

    MailListener(EmailNotifications emailNotifications, ObjectMapper json) {
        this.notifications = emailNotifications;
        this.json = json;
    }

    @Incoming(NAME)
    @Incoming(NAME + "-retries")
    @IdempotentConsumer(
            value = NAME,
            types = {
                EmailType.PLACED,
                EmailType.PAID,
                EmailType.FULFILLED,
                EmailType.REFUNDED,
                EmailType.RETURNED,
                EmailType.CANCELLED
            })
    @Blocking
    @ReadsFrom(Route.PRIMARY)
    void on(EventBatch batch) throws JsonProcessingException {
        Map<Event, EmailType> due = new LinkedHashMap<>();
        for (Event event : batch.events()) {
            EmailType.forEvent(event.type(), json.readTree(event.data()))
                    .ifPresent(emailType -> due.put(event, emailType));
        }
        if (!due.isEmpty()) {
            notifications.enqueue(due);
        }
    }
}
