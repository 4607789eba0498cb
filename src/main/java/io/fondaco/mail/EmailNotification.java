package io.fondaco.mail;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.Event;
import java.util.UUID;

/**
 * An e-mail that this pod has claimed and must send.
 *
 * @param lease distinguishes this claim from a later one
 * @param event the event that caused it; its {@code attempts} are those of the e-mail, including this one
 */
record EmailNotification(UUID id, UUID lease, EmailType type, Event event) {
    /** The identifier for the Message-ID and for logs, the same in every attempt: {@code letter_01h…}. */
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
