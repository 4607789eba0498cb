package io.fondaco.webhook;

import io.fondaco.access.Scopes;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
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
import java.util.List;
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

    private final DeliveryService deliveries;

    DeliveryResource(DeliveryService deliveries) {
        this.deliveries = deliveries;
    }

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
            Boolean undeliveredOnly) {

        private DeliveryService.EventRange range() {
            return new DeliveryService.EventRange(from, to, eventTypes, Boolean.TRUE.equals(undeliveredOnly));
        }
    }

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
        WebhookId webhook = WebhookId.parse(id);
        UUID before = PageCursor.decode(cursor, SORT, 1)
                .map(place -> DeliveryId.parse(place.keys().getFirst()).value())
                .orElse(LAST);
        List<Delivery> found =
                deliveries.list(webhook, before, Optional.ofNullable(status).orElse(""), limit + 1);
        return Page.fromRows(
                found, limit, delivery -> PageCursor.of(SORT, delivery.id().toString()));
    }

    @POST
    @Path("/{id}/replay")
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Idempotent
    @Operation(
            operationId = "replayWebhookDeliveries",
            summary = "Replay events to a webhook",
            description = "Selects deliveries, or events by time, including those from the time while the webhook was"
                    + " disabled. They have the same `webhook-id` as before. One request replays at most 10,000"
                    + " events.")
    @APIResponse(
            responseCode = "202",
            description = "The events are being sent.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = DeliveryService.Replayed.class)))
    public Response replay(@RestPath String id, @NotNull @Valid ReplayRequest request) {
        WebhookId webhook = WebhookId.parse(id);
        DeliveryService.Replayed replayed = request.deliveryIds() == null
                ? deliveries.replay(webhook, request.range())
                : deliveries.replay(webhook, request.deliveryIds());
        return Response.accepted(replayed).build();
    }

    /** The same as {@link #replay}, under the path of the deliveries. */
    @POST
    @Path("/{id}/deliveries/replay")
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Operation(hidden = true)
    public Response replayDeliveries(@RestPath String id, @NotNull @Valid ReplayRequest request) {
        return replay(id, request);
    }
}
