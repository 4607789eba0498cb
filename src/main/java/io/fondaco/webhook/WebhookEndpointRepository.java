package io.fondaco.webhook;

import io.fondaco.platform.messaging.Event;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The webhook endpoints. A deleted endpoint stays as a row, for the log of its deliveries, and is never returned. */
@ApplicationScoped
class WebhookEndpointRepository implements PanacheRepositoryBase<WebhookEndpoint, UUID> {
    private static final String BY_ID = "id = :id and deletedAt is null";

    /** An endpoint and the event types that it subscribes to. */
    record Subscriber(UUID id, List<String> eventTypes, boolean enabled) {
        Subscriber {
            eventTypes = List.copyOf(eventTypes);
        }

        boolean subscribesTo(Event event) {
            return event.matches(eventTypes);
        }
    }

    Optional<WebhookEndpoint> findExisting(UUID id) {
        return find(BY_ID, Map.of("id", id)).firstResultOptional();
    }

    /** The endpoint, locked until the transaction ends. */
    Optional<WebhookEndpoint> lock(UUID id) {
        return find(BY_ID, Map.of("id", id))
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional();
    }

    /** Up to {@code limit} endpoints after this one, oldest first. */
    List<WebhookEndpoint> listAfter(UUID id, int limit) {
        return find("id > :after and deletedAt is null order by id", Map.of("after", id))
                .range(0, limit - 1)
                .list();
    }

    long countExisting() {
        return count("deletedAt is null");
    }

    List<Subscriber> listSubscribers() {
        return find("select id, eventTypes, status = 'enabled' from WebhookEndpoint where deletedAt is null")
                .project(Subscriber.class)
                .list();
    }
}
