package io.fondaco.mail;

import io.fondaco.order.OrderEventPayload;
import io.fondaco.order.OrderEventPayload.OrderCancelled;
import io.fondaco.order.OrderEventPayload.OrderFulfilled;
import io.fondaco.order.OrderEventPayload.OrderPaid;
import io.fondaco.order.OrderEventPayload.OrderPlaced;
import io.fondaco.order.OrderEventPayload.OrderRefunded;
import io.fondaco.order.OrderEventPayload.OrderReturned;
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
    private final EmailSendJob sender;

    MailListener(EmailNotifications emailNotifications, EmailSendJob sender) {
        this.notifications = emailNotifications;
        this.sender = sender;
    }

    @Incoming(NAME)
    @Incoming(NAME + "-retries")
    @IdempotentConsumer(
            value = NAME,
            events = {
                OrderPlaced.class,
                OrderPaid.class,
                OrderFulfilled.class,
                OrderRefunded.class,
                OrderReturned.class,
                OrderCancelled.class
            })
    @Blocking
    @ReadsFrom(Route.PRIMARY)
    void on(EventBatch batch) {
        Map<Event, EmailType> due = new LinkedHashMap<>();
        batch.events(OrderEventPayload.class)
                .forEach((event, data) -> EmailType.forEvent(data).ifPresent(emailType -> due.put(event, emailType)));
        if (!due.isEmpty()) {
            notifications.enqueue(due);
            sender.wakeAfterCommit();
        }
    }
}
