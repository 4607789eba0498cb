package io.fondaco.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.access.Scopes;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.IfMatch;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** HTTP API to manage webhook endpoints. */
@Path("/admin/v1/webhooks")
@Tag(name = "Webhooks")
@RetriedReads
@RunOnVirtualThread
class WebhookResource {
    private static final String SORT = "id";

    private final WebhookEndpointService endpoints;
    private final EventTypeRegistry eventTypes;

    WebhookResource(WebhookEndpointService endpoints, EventTypeRegistry eventTypes) {
        this.endpoints = endpoints;
        this.eventTypes = eventTypes;
    }

    /**
     * @param disabledReason why it was disabled automatically; otherwise empty
     * @param secret returned only when it is created
     * @param failingSince time of the first failed attempt since the last accepted one; null if the last was accepted
     */
    record Webhook(
            WebhookId id,
            String url,
            String description,
            List<String> eventTypes,
            @Schema(enumeration = {"enabled", "disabled"}) String status,
            String disabledReason,

            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Schema(
                    description = "Returned only when it is created.",
                    examples = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            @Nullable
            String secret,

            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Schema(description = "Until this time, requests are also signed with the previous secret.")
            @Nullable
            Instant previousSecretUntil,

            int consecutiveFailures,
            @Nullable Instant failingSince,
            Instant createdAt) {}

    record EventTypeView(@Schema(examples = "order.placed") String name, String summary) {}

    record EventTypes(List<EventTypeView> data) {}

    @GET
    @RolesAllowed(Scopes.WEBHOOKS_READ)
    @Operation(operationId = "listWebhooks", summary = "List webhooks", description = "Oldest first.")
    public Page<Webhook> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> WebhookId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        List<WebhookEndpoint> rows = endpoints.listAfter(after, limit + 1);
        return Page.fromRows(rows, limit, row -> PageCursor.of(SORT, new WebhookId(row.id).toString()))
                .map(row -> toWebhook(row, null));
    }

    @GET
    @Path("/event-types")
    @RolesAllowed(Scopes.WEBHOOKS_READ)
    @Operation(
            operationId = "listEventTypes",
            summary = "List event types",
            description =
                    "The event types that a webhook can subscribe to. The AsyncAPI document describes their data.")
    public EventTypes eventTypes() {
        return new EventTypes(eventTypes.all().stream()
                .map(type -> new EventTypeView(type.name(), type.summary()))
                .toList());
    }

    @POST
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Operation(
            operationId = "createWebhook",
            summary = "Register a webhook",
            description = "Events of these types are sent to the URL from now on, signed as in the Standard Webhooks "
                    + "specification. Only this response contains the secret.")
    @APIResponse(
            responseCode = "201",
            description = "The webhook, with its secret.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Webhook.class)))
    public Response create(@NotNull @Valid WebhookEndpointService.NewWebhook request) {
        return response(Response.status(201), endpoints.create(request));
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.WEBHOOKS_READ)
    @Operation(
            operationId = "getWebhook",
            summary = "Get a webhook",
            description = "With its status and the number of consecutive failures. Only creation and rotation return a"
                    + " secret.")
    @APIResponse(
            responseCode = "200",
            description = "The webhook, without its secret.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Webhook.class)))
    public Response get(@RestPath String id) {
        return response(Response.ok(), endpoints.get(WebhookId.parse(id)), null);
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Operation(
            operationId = "changeWebhook",
            summary = "Change a webhook",
            description = "Absent fields stay unchanged. A webhook that is enabled again continues with its pending"
                    + " deliveries; events from the time while it was disabled can be replayed.")
    @APIResponse(
            responseCode = "200",
            description = "The changed webhook.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Webhook.class)))
    public Response change(
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid WebhookEndpointService.WebhookChange change) {
        return response(Response.ok(), endpoints.change(WebhookId.parse(id), ifMatch, change), null);
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Operation(
            operationId = "deleteWebhook",
            summary = "Delete a webhook",
            description = "Pending deliveries are not sent any more.")
    @APIResponse(responseCode = "204", description = "The webhook is deleted.")
    public void delete(@RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        endpoints.delete(WebhookId.parse(id), ifMatch);
    }

    @POST
    @Path("/{id}/rotate-secret")
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Operation(
            operationId = "rotateWebhookSecret",
            summary = "Rotate the secret of a webhook",
            description =
                    "For a while, requests carry the signatures of both secrets, so that the receiver can switch.")
    @APIResponse(
            responseCode = "200",
            description = "The webhook, with its new secret.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Webhook.class)))
    public Response rotate(@RestPath String id) {
        return response(Response.ok(), endpoints.rotateSecret(WebhookId.parse(id)));
    }

    @POST
    @Path("/{id}/test")
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Idempotent
    @Operation(
            operationId = "testWebhook",
            summary = "Send a test event to a webhook",
            description = "Sends an event of type `webhook.test`. The list of deliveries shows the result.")
    @APIResponse(responseCode = "202", description = "The event is being sent.")
    public Response test(@RestPath String id) {
        endpoints.test(WebhookId.parse(id));
        return Response.accepted().build();
    }

    private static Response response(
            Response.ResponseBuilder response, WebhookEndpointService.EndpointWithSecret created) {
        return response(response, created.endpoint(), created.secret());
    }

    private static Response response(
            Response.ResponseBuilder response, WebhookEndpoint endpoint, @Nullable String secret) {
        return response.entity(toWebhook(endpoint, secret))
                .tag(IfMatch.etag(endpoint.version))
                .build();
    }

    private static Webhook toWebhook(WebhookEndpoint endpoint, @Nullable String secret) {
        return new Webhook(
                new WebhookId(endpoint.id),
                endpoint.url,
                endpoint.description,
                List.copyOf(endpoint.eventTypes),
                endpoint.status,
                endpoint.disabledReason,
                secret,
                endpoint.previousUntil.isAfter(Instant.now()) ? endpoint.previousUntil : null,
                endpoint.consecutiveFailures,
                endpoint.failingSince,
                endpoint.createdAt);
    }
}
