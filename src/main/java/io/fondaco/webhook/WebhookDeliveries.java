package io.fondaco.webhook;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.Event;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The deliveries: which event goes to which endpoint, and the attempts that are due. */
@ApplicationScoped
class WebhookDeliveries {
    /** Requests in flight from a pod to one endpoint; 1 if the last five attempts have failed. */
    static final int MAX_CALLS_PER_ENDPOINT = 8;

    private final WebhookEndpointRepository endpoints;
    private final WebhookStatements statements;
    private final WebhookSettings settings;
    private final WebhookPayloadRenderer payloadRenderer;

    WebhookDeliveries(
            WebhookEndpointRepository endpoints,
            WebhookStatements statements,
            WebhookSettings settings,
            WebhookPayloadRenderer payloadRenderer) {
        this.endpoints = endpoints;
        this.statements = statements;
        this.settings = settings;
        this.payloadRenderer = payloadRenderer;
    }

    /**
     * Stores the deliveries of events to their subscribers. Three statements; one if no endpoint subscribes to any of
     * the events. Events for disabled endpoints are kept for a replay.
     *
     * @return whether there is a delivery to send
     */
    boolean enqueue(List<Event> events) {
        return enqueue(events, endpoints.listSubscribers());
    }

    boolean enqueue(List<Event> events, List<WebhookEndpointRepository.Subscriber> subscribers) {
        Set<Event> subscribed = new HashSet<>();
        List<WebhookStatements.EventForEndpoint> deliveries = new ArrayList<>();
        for (Event event : events) {
            for (WebhookEndpointRepository.Subscriber subscriber : subscribers) {
                if (subscriber.subscribesTo(event)) {
                    subscribed.add(event);
                    if (subscriber.enabled()) {
                        deliveries.add(new WebhookStatements.EventForEndpoint(subscriber.id(), event));
                    }
                }
            }
        }
        List<Event> messages = events.stream().filter(subscribed::contains).toList();
        if (!messages.isEmpty()) {
            statements.insertMessages(messages);
        }
        if (!deliveries.isEmpty()) {
            statements.insertDeliveries(deliveries);
        }
        return !deliveries.isEmpty();
    }

    /**
     * Claims deliveries that are due; one statement.
     *
     * @param inFlight the number of requests that this pod has in flight, per endpoint
     */
    @ActivateRequestContext
    @Transactional
    List<DeliveryAttempt> claim(Map<UUID, Integer> inFlight, int limit) {
        return statements.claim(inFlight, MAX_CALLS_PER_ENDPOINT, limit).stream()
                .map(this::toAttempt)
                .toList();
    }

    private DeliveryAttempt toAttempt(WebhookStatements.ClaimedDelivery claimed) {
        int generation = claimed.secretGeneration();
        return new DeliveryAttempt(
                claimed.id(),
                claimed.lease(),
                claimed.endpoint(),
                claimed.url(),
                claimed.previousSecretValid() && generation > 1
                        ? List.of(generation, generation - 1)
                        : List.of(generation),
                claimed.attempts(),
                TypeId.format(Event.PREFIX, claimed.event()),
                payloadRenderer.render(new Event(
                        claimed.event(),
                        claimed.type(),
                        claimed.subject(),
                        claimed.sequence(),
                        claimed.version(),
                        claimed.publishedAt(),
                        claimed.data(),
                        0,
                        false,
                        claimed.traceParent())),
                claimed.traceParent());
    }

    /**
     * Stores the result of an attempt, unless another pod has claimed the delivery meanwhile; one statement.
     *
     * @param delaySeconds the delay of the next attempt; ignored unless the status is {@code pending}
     * @return whether all attempts of the endpoint have failed for so long that it must be disabled
     */
    boolean recordAttempt(
            DeliveryAttempt deliveryAttempt,
            DeliveryAttempt.AttemptResult attemptResult,
            String status,
            double delaySeconds) {
        return statements.recordAttempt(deliveryAttempt, attemptResult, status, delaySeconds, settings.disableAfter());
    }

    /** Deletes up to the given number of events older than the retention. @return how many were deleted */
    @Transactional
    int prune(int limit) {
        return statements.prune(settings.retention(), limit);
    }
}
