package io.fondaco.webhook;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Lists the deliveries of an endpoint, and replays them or the events of a time range. */
@ApplicationScoped
class DeliveryService {
    /** The maximum number of events that one request replays. */
    private static final int MAX_REPLAYED = 10_000;

    private final WebhookEndpointRepository endpoints;
    private final WebhookDeliveryRepository deliveries;
    private final WebhookStatements statements;
    private final EndpointValidator validator;
    private final WebhookDispatcher dispatcher;

    DeliveryService(
            WebhookEndpointRepository endpoints,
            WebhookDeliveryRepository deliveries,
            WebhookStatements statements,
            EndpointValidator validator,
            WebhookDispatcher dispatcher) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.statements = statements;
        this.validator = validator;
        this.dispatcher = dispatcher;
    }

    /**
     * The events to replay.
     *
     * @param from start of the range of publication times, inclusive; {@code to} is exclusive; both are required
     * @param eventTypes names or patterns; null for the types that the endpoint subscribes to
     * @param undeliveredOnly whether events that were delivered are skipped
     */
    record EventRange(
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable List<String> eventTypes,
            boolean undeliveredOnly) {}

    /**
     * The result of a replay.
     *
     * @param nextFrom the {@code from} of the next request if the range has more events than one request replays
     */
    record Replayed(long replayed, @Nullable Instant nextFrom) {}

    /**
     * Up to {@code limit} deliveries before this one, newest first, each with its attempts. Three statements.
     *
     * @param status "" for any status
     * @throws ApiException 404
     */
    List<Delivery> list(WebhookId webhook, UUID before, String status, int limit) {
        requireEndpoint(webhook);
        List<WebhookDeliveryRepository.DeliveryRow> rows =
                deliveries.listBefore(webhook.value(), before, status, limit);
        Map<UUID, List<Delivery.Attempt>> attempts = attemptsOf(rows);
        return rows.stream()
                .map(row -> toDelivery(row, attempts.getOrDefault(row.id(), List.of())))
                .toList();
    }

    private Map<UUID, List<Delivery.Attempt>> attemptsOf(List<WebhookDeliveryRepository.DeliveryRow> rows) {
        List<UUID> ids =
                rows.stream().map(WebhookDeliveryRepository.DeliveryRow::id).toList();
        return deliveries.listAttempts(ids).stream()
                .collect(groupingBy(
                        WebhookDeliveryRepository.AttemptRow::delivery, mapping(DeliveryService::toAttempt, toList())));
    }

    private static Delivery.Attempt toAttempt(WebhookDeliveryRepository.AttemptRow row) {
        return new Delivery.Attempt(row.at(), row.durationMs(), row.status(), row.error(), row.response());
    }

    private static Delivery toDelivery(WebhookDeliveryRepository.DeliveryRow row, List<Delivery.Attempt> attempts) {
        return new Delivery(
                new DeliveryId(row.id()),
                TypeId.format(Event.PREFIX, row.event()),
                row.type(),
                row.subject(),
                row.sequence(),
                row.status(),
                row.status().equals("pending") ? row.nextAttemptAt() : null,
                row.deliveredAt(),
                row.createdAt(),
                attempts);
    }

    /** Replays those of the deliveries that belong to the endpoint. @throws ApiException 404 */
    @Transactional
    Replayed replay(WebhookId webhook, List<DeliveryId> ids) {
        requireEndpoint(webhook);
        int replayed = statements.replay(
                webhook.value(), ids.stream().map(DeliveryId::value).toList());
        dispatcher.wakeAfterCommit();
        return new Replayed(replayed, null);
    }

    /**
     * Replays the events of a time range, also those that were published while the endpoint was disabled.
     *
     * @throws ApiException 404; 422 {@code required}, {@code out_of_range}, {@code unknown_event_type}
     */
    @Transactional
    Replayed replay(WebhookId webhook, EventRange range) {
        WebhookEndpoint endpoint =
                endpoints.findExisting(webhook.value()).orElseThrow(() -> WebhookEndpointService.notFound(webhook));
        Instant from = range.from();
        Instant to = range.to();
        if (from == null || to == null) {
            throw ApiException.invalid("/from", "required", "Give delivery_ids, or both from and to.");
        }
        if (!from.isBefore(to)) {
            throw ApiException.invalid("/to", "out_of_range", "to must be later than from.");
        }
        List<String> patterns = Optional.ofNullable(range.eventTypes()).orElse(endpoint.eventTypes);
        validator.validateEventTypes(patterns);
        List<String> types = patterns.stream()
                .flatMap(pattern -> validator.matchingEventTypes(pattern).stream())
                .distinct()
                .toList();
        WebhookStatements.ReplayResult result =
                statements.replay(endpoint.id, from, to, types, range.undeliveredOnly(), MAX_REPLAYED);
        dispatcher.wakeAfterCommit();
        return new Replayed(result.replayed(), result.matchedEvents() == MAX_REPLAYED ? result.lastEventAt() : null);
    }

    private void requireEndpoint(WebhookId webhook) {
        if (endpoints.findExisting(webhook.value()).isEmpty()) {
            throw WebhookEndpointService.notFound(webhook);
        }
    }
}
