package io.fondaco.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.access.Scopes;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.UnicodeText;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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

/** HTTP API to manage webhook endpoints. */
@Path("/admin/v1/webhooks")
@Tag(name = "Webhooks")
@RetriedReads
@RunOnVirtualThread
class WebhookResource {
    private static final String SORT = "id";

    /** How long requests are also signed with the previous secret after a rotation. */
    private static final Duration PREVIOUS_SECRET_VALIDITY = Duration.ofHours(24);

    private static final String NOT_DELETED = "id = ?1 and deletedAt is null";

    private final EndpointValidator validator;
    private final WebhookSecrets secrets;
    private final EventTypeRegistry eventTypes;
    private final TestDelivery testDelivery;

    WebhookResource(
            EndpointValidator validator,
            WebhookSecrets secrets,
            EventTypeRegistry eventTypes,
            TestDelivery testDelivery) {
        this.validator = validator;
        this.secrets = secrets;
        this.eventTypes = eventTypes;
        this.testDelivery = testDelivery;
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

    /** @param eventTypes {@code order.placed}, {@code order.*}, {@code *} */
    record NewWebhook(
            @NotBlank @Size(max = 2_000) String url,

            @NotEmpty
            @Size(max = 50)
            @Schema(description = "Event types, by name or with a wildcard: `order.placed`, `order.*`, `*`.")
            List<@NotNull @Size(max = 100) String> eventTypes,

            @Size(max = 500) @Nullable String description) {}

    record WebhookChange(
            @Size(min = 1, max = 2_000) @Nullable String url,
            @Size(min = 1, max = 50) @Nullable List<@NotNull @Size(max = 100) String> eventTypes,
            @Size(max = 500) @Nullable String description,

            @Pattern(regexp = "enabled|disabled") @Schema(enumeration = {"enabled", "disabled"}) @Nullable
            String status) {}

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
        List<WebhookEndpoint> rows = WebhookEndpoint.find("id > ?1 and deletedAt is null order by id", after)
                .range(0, limit)
                .list();
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
    @Transactional
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
    public Response create(@NotNull @Valid NewWebhook request) {
        validator.validateUrl(request.url());
        validator.validateEventTypes(request.eventTypes());
        String description = Optional.ofNullable(request.description()).orElse("");
        UnicodeText.rejectNul("/description", description);
        validator.validateEndpointLimit();
        WebhookEndpoint endpoint = new WebhookEndpoint();
        endpoint.id = TypeId.newUuid();
        endpoint.url = request.url();
        endpoint.description = description;
        endpoint.eventTypes = normalizeEventTypes(request.eventTypes());
        endpoint.status = WebhookEndpoint.ENABLED;
        endpoint.disabledReason = "";
        endpoint.secretGeneration = 1;
        endpoint.previousUntil = Instant.EPOCH;
        endpoint.createdAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
        endpoint.persistAndFlush();
        return Response.status(201)
                .entity(toWebhook(endpoint, secrets.secret(endpoint.id, 1)))
                .tag(IfMatch.etag(endpoint.version))
                .build();
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.WEBHOOKS_READ)
    @Operation(
            operationId = "getWebhook",
            summary = "Get a webhook",
            description =
                    "With its status and the number of consecutive failures. Only creation and rotation return a secret.")
    @APIResponse(
            responseCode = "200",
            description = "The webhook, without its secret.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Webhook.class)))
    public Response get(@RestPath String id) {
        WebhookEndpoint endpoint = WebhookEndpoint.<WebhookEndpoint>find(
                        NOT_DELETED, WebhookId.parse(id).value())
                .firstResultOptional()
                .orElseThrow(() -> notFound(id));
        return Response.ok(toWebhook(endpoint, null))
                .tag(IfMatch.etag(endpoint.version))
                .build();
    }

    @PATCH
    @Path("/{id}")
    @Transactional
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Operation(
            operationId = "changeWebhook",
            summary = "Change a webhook",
            description =
                    "Absent fields stay unchanged. A webhook that is enabled again continues with its pending deliveries; "
                            + "events from the time while it was disabled can be replayed.")
    @APIResponse(
            responseCode = "200",
            description = "The changed webhook.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Webhook.class)))
    public Response change(
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid WebhookChange change) {
        WebhookEndpoint endpoint = lockEndpoint(id);
        IfMatch.require(ifMatch, endpoint.version);
        Optional.ofNullable(change.url()).ifPresent(url -> {
            validator.validateUrl(url);
            endpoint.url = url;
        });
        Optional.ofNullable(change.eventTypes()).ifPresent(types -> {
            validator.validateEventTypes(types);
            endpoint.eventTypes = normalizeEventTypes(types);
        });
        Optional.ofNullable(change.description()).ifPresent(text -> {
            UnicodeText.rejectNul("/description", text);
            endpoint.description = text;
        });
        Optional.ofNullable(change.status()).ifPresent(status -> {
            if (!status.equals(endpoint.status)) {
                endpoint.status = status;
                endpoint.disabledReason = "";
                validator.resetFailures(endpoint);
            }
        });
        endpoint.persistAndFlush();
        return Response.ok(toWebhook(endpoint, null))
                .tag(IfMatch.etag(endpoint.version))
                .build();
    }

    @DELETE
    @Path("/{id}")
    @Transactional
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Operation(
            operationId = "deleteWebhook",
            summary = "Delete a webhook",
            description = "Pending deliveries are not sent any more.")
    @APIResponse(responseCode = "204", description = "The webhook is deleted.")
    public void delete(@RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        WebhookEndpoint endpoint = lockEndpoint(id);
        IfMatch.require(ifMatch, endpoint.version);
        endpoint.status = WebhookEndpoint.DISABLED;
        endpoint.deletedAt = Instant.now();
        endpoint.persistAndFlush();
    }

    @POST
    @Path("/{id}/rotate-secret")
    @Transactional
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
        WebhookEndpoint endpoint = lockEndpoint(id);
        endpoint.secretGeneration++;
        endpoint.previousUntil = Instant.now().plus(PREVIOUS_SECRET_VALIDITY).truncatedTo(ChronoUnit.MICROS);
        endpoint.persistAndFlush();
        return Response.ok(toWebhook(endpoint, secrets.secret(endpoint.id, endpoint.secretGeneration)))
                .tag(IfMatch.etag(endpoint.version))
                .build();
    }

    @POST
    @Path("/{id}/test")
    @Transactional
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Idempotent
    @Operation(
            operationId = "testWebhook",
            summary = "Send a test event to a webhook",
            description = "Sends an event of type `webhook.test`. The list of deliveries shows the result.")
    @APIResponse(responseCode = "202", description = "The event is being sent.")
    public Response test(@RestPath String id) {
        WebhookEndpoint endpoint = lockEndpoint(id);
        if (!endpoint.status.equals(WebhookEndpoint.ENABLED)) {
            throw ApiException.conflict("webhook_disabled", "Enable the webhook before you test it.");
        }
        testDelivery.send(endpoint);
        return Response.accepted().build();
    }

    private static WebhookEndpoint lockEndpoint(String id) {
        return WebhookEndpoint.<WebhookEndpoint>find(
                        NOT_DELETED, WebhookId.parse(id).value())
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> notFound(id));
    }

    private static String[] normalizeEventTypes(List<String> types) {
        return types.stream().distinct().sorted().toArray(String[]::new);
    }

    static ApiException notFound(String id) {
        return ApiException.notFound("webhook", id);
    }

    private static Webhook toWebhook(WebhookEndpoint endpoint, @Nullable String secret) {
        return new Webhook(
                new WebhookId(endpoint.id),
                endpoint.url,
                endpoint.description,
                List.of(endpoint.eventTypes),
                endpoint.status,
                endpoint.disabledReason,
                secret,
                endpoint.previousUntil.isAfter(Instant.now()) ? endpoint.previousUntil : null,
                endpoint.consecutiveFailures,
                endpoint.failingSince,
                endpoint.createdAt);
    }
}
