package io.fondaco.webhook;

import io.fondaco.access.Scopes;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.ApiException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** HTTP API to list the deliveries of an endpoint and to replay them. */
@Path("/admin/v1/webhooks")
@Tag(name = "Webhooks")
@RetriedReads
@RunOnVirtualThread
class DeliveryResource {
    private static final String SORT = "-id";
    private static final UUID LAST = new UUID(-1L, -1L);
    private static final int MAX_REPLAYED = 10_000;

    private final EntityManager entities;
    private final WebhookDeliveries deliveries;
    private final WebhookDispatcher dispatcher;
    private final EndpointValidator validator;

    DeliveryResource(
            EntityManager entities,
            WebhookDeliveries deliveries,
            WebhookDispatcher dispatcher,
            EndpointValidator validator) {
        this.entities = entities;
        this.deliveries = deliveries;
        this.dispatcher = dispatcher;
        this.validator = validator;
    }

    /**
     * @param status the status of the response; absent if there was none
     * @param error why the attempt failed; empty if it was accepted
     * @param response the beginning of the response body
     */
    record Attempt(Instant at, int durationMs, @Nullable Integer status, String error, String response) {}

    /** @param nextAttemptAt null unless the delivery is pending */
    record Delivery(
            DeliveryId id,
            String eventId,
            String eventType,
            String subject,
            long sequence,

            @Schema(enumeration = {"pending", "delivered", "failed"})
            String status,

            @Nullable Instant nextAttemptAt,
            @Nullable Instant deliveredAt,
            Instant createdAt,
            List<Attempt> attempts) {}

    /** @param from start of the range of publication times, inclusive; {@code to} is exclusive */
    record ReplayRequest(
            @Size(max = 1_000) @Schema(description = "Deliveries to send again.") @Nullable
            List<@NotNull DeliveryId> deliveryIds,

            @Schema(description = "Or: replay events that were published at this time or later,") @Nullable
            Instant from,

            @Schema(description = "and before this one.") @Nullable
            Instant to,

            @Size(max = 50)
            @Schema(description = "Only events of these types. Default: the types that the webhook subscribes to.")
            @Nullable
            List<@NotNull @Size(max = 100) String> eventTypes,

            @Schema(description = "Skips events that were delivered.") @Nullable
            Boolean undeliveredOnly) {}

    /** @param nextFrom the {@code from} of the next request if the range has more events than one request replays */
    record Replayed(long replayed, @Nullable Instant nextFrom) {}

    @GET
    @Path("/{id}/deliveries")
    @RolesAllowed(Scopes.WEBHOOKS_READ)
    @Operation(
            operationId = "listWebhookDeliveries",
            summary = "List the deliveries of a webhook",
            description = "Newest first, each with its attempts.")
    public Page<Delivery> list(
            @RestPath String id,
            @RestQuery @Pattern(regexp = "pending|delivered|failed") @Nullable String status,
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor) {
        UUID endpoint = requireEndpoint(id);
        UUID before = PageCursor.decode(cursor, SORT, 1)
                .map(place -> DeliveryId.parse(place.keys().getFirst()).value())
                .orElse(LAST);
        List<?> rows = entities.createNativeQuery("""
                        SELECT d.id, d.event, m.type, d.subject, d.sequence, d.status, d.next_attempt_at, d.delivered_at,
                               d.created_at
                          FROM webhook.delivery d JOIN webhook.message m ON m.event = d.event
                         WHERE d.endpoint = :endpoint AND d.id < :before AND (:status = '' OR d.status = :status)
                         ORDER BY d.id DESC LIMIT :limit
                        """, Tuple.class)
                .setParameter("endpoint", endpoint)
                .setParameter("before", before)
                .setParameter("status", Optional.ofNullable(status).orElse(""))
                .setParameter("limit", limit + 1)
                .getResultList();
        List<Tuple> found = rows.stream().map(Tuple.class::cast).toList();
        Map<UUID, List<Attempt>> attempts =
                attempts(found.stream().map(row -> row.get("id", UUID.class)).toList());
        return Page.fromRows(
                        found, limit, row -> PageCursor.of(SORT, new DeliveryId(row.get("id", UUID.class)).toString()))
                .map(row -> toDelivery(row, attempts));
    }

    private Map<UUID, List<Attempt>> attempts(List<UUID> ids) {
        Map<UUID, List<Attempt>> attempts = new HashMap<>();
        for (Object found : entities.createNativeQuery("""
                        SELECT delivery, at, duration_ms, status, error, response FROM webhook.attempt
                         WHERE delivery = ANY (cast(:ids AS uuid[])) ORDER BY id
                        """, Tuple.class)
                .setParameter("ids", ids.toArray(UUID[]::new))
                .getResultList()) {
            Tuple row = (Tuple) found;
            attempts.computeIfAbsent(row.get("delivery", UUID.class), _ -> new ArrayList<>())
                    .add(new Attempt(
                            row.get("at", Instant.class),
                            row.get("duration_ms", Integer.class),
                            row.get("status", Integer.class),
                            row.get("error", String.class),
                            row.get("response", String.class)));
        }
        return attempts;
    }

    private static Delivery toDelivery(Tuple row, Map<UUID, List<Attempt>> attempts) {
        UUID id = row.get("id", UUID.class);
        String status = row.get("status", String.class);
        return new Delivery(
                new DeliveryId(id),
                TypeId.format(Event.PREFIX, row.get("event", UUID.class)),
                row.get("type", String.class),
                row.get("subject", String.class),
                row.get("sequence", Number.class).longValue(),
                status,
                status.equals("pending") ? row.get("next_attempt_at", Instant.class) : null,
                row.get("delivered_at", Instant.class),
                row.get("created_at", Instant.class),
                attempts.getOrDefault(id, List.of()));
    }

    @POST
    @Path("/{id}/replay")
    @Transactional
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Idempotent
    @Operation(
            operationId = "replayWebhookDeliveries",
            summary = "Replay events to a webhook",
            description =
                    "Selects deliveries, or events by time, including those from the time while the webhook was disabled. "
                            + "They have the same `webhook-id` as before. One request replays at most 10,000 events.")
    @APIResponse(
            responseCode = "202",
            description = "The events are being sent.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Replayed.class)))
    public Response replay(@RestPath String id, @NotNull @Valid ReplayRequest request) {
        UUID endpoint = requireEndpoint(id);
        Replayed replayed = request.deliveryIds() != null
                ? new Replayed(
                        deliveries.replay(
                                endpoint,
                                request.deliveryIds().stream()
                                        .map(DeliveryId::value)
                                        .toList()),
                        null)
                : replayRange(endpoint, request);
        dispatcher.wakeAfterCommit();
        return Response.accepted(replayed).build();
    }

    /** The same as {@link #replay}, under the path of the deliveries. */
    @POST
    @Path("/{id}/deliveries/replay")
    @Transactional
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Operation(hidden = true)
    public Response replayDeliveries(@RestPath String id, @NotNull @Valid ReplayRequest request) {
        return replay(id, request);
    }

    private Replayed replayRange(UUID endpoint, ReplayRequest request) {
        Instant from = request.from();
        Instant to = request.to();
        if (from == null || to == null) {
            throw ApiException.invalid("/from", "required", "Give delivery_ids, or both from and to.");
        }
        if (!from.isBefore(to)) {
            throw ApiException.invalid("/to", "out_of_range", "to must be later than from.");
        }
        List<String> patterns = Optional.ofNullable(request.eventTypes()).orElseGet(() -> eventTypesOf(endpoint));
        validator.validateEventTypes(patterns);
        List<String> types = patterns.stream()
                .flatMap(pattern -> validator.matchingEventTypes(pattern).stream())
                .distinct()
                .toList();
        WebhookDeliveries.ReplayResult result = deliveries.replay(
                endpoint, from, to, types, Boolean.TRUE.equals(request.undeliveredOnly()), MAX_REPLAYED);
        return new Replayed(result.replayed(), result.matchedEvents() == MAX_REPLAYED ? result.lastEventAt() : null);
    }

    private List<String> eventTypesOf(UUID endpoint) {
        return List.of(WebhookEndpoint.<WebhookEndpoint>findById(endpoint).eventTypes);
    }

    private static UUID requireEndpoint(String id) {
        UUID endpoint = WebhookId.parse(id).value();
        if (WebhookEndpoint.count("id = ?1 and deletedAt is null", endpoint) == 0) {
            throw WebhookResource.notFound(id);
        }
        return endpoint;
    }
}
