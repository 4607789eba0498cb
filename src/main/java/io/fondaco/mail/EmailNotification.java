package io.fondaco.mail;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.Event;
import java.util.UUID;

/**
 * A letter that this pod is to send.
 *
 * @param event that it is about; its attempts are the letter's, this one counted
 */
record EmailNotification(UUID id, EmailType type, Event event) {
    /** The same at every attempt: {@code letter_01h…}. */
    String publicId() {
        return TypeId.format("letter", id);
    }

    String orderId() {
        return event.subject();
    }

    int attempt() {
        return event.attempts();
    }
}
