package io.fondaco.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.access.Scopes;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.identity.TypeId;
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

/** Endpoints that events are sent to. */
@Path("/admin/v1/webhooks")
@Tag(name = "Webhooks")
@RetriedReads
@RunOnVirtualThread
class WebhookResource {
    private static final String SORT = "id";
    private static final String NOT_DELETED = "id = ?1 and deletedAt is null";

    private final EndpointValidator validator;
    private final WebhookSecrets secrets;
    private final WebhookEvents events;
    private final WebhookSettings settings;
    private final TestDelivery testDelivery;

    WebhookResource(
            EndpointValidator rules,
            WebhookSecrets secrets,
            WebhookEvents events,
            WebhookSettings settings,
            TestDelivery testDelivery) {
        this.validator = rules;
        this.secrets = secrets;
        this.events = events;
        this.settings = settings;
        this.testDelivery = testDelivery;
    }

    /**
     * @param secret shown when it is made, and never again
     * @param disabledReason why, when it was not the staff
     * @param failingSince when the last call was taken, if none has been since
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
                    description = "Shown when it is made, and never again.",
                    examples = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            @Nullable
            String secret,

            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Schema(description = "Until when calls are signed with the secret before this one as well.")
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
            @Schema(description = "Types of events, by name or with a wildcard: `order.placed`, `order.*`, `*`.")
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
            summary = "List the types of events",
            description = "What a webhook can be for. Their data is described in the AsyncAPI document.")
    public EventTypes eventTypes() {
        return new EventTypes(events.allEventTypes().stream()
                .map(type -> new EventTypeView(type.name(), type.summary()))
                .toList());
    }

    @POST
    @Transactional
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Operation(
            operationId = "createWebhook",
            summary = "Register a webhook",
            description = "Events of these types are sent to the URL from now on, signed by the Standard Webhooks "
                    + "specification with the secret that is in this answer and nowhere else.")
    @APIResponse(
            responseCode = "201",
            description = "The webhook, with its secret.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Webhook.class)))
    public Response create(@NotNull @Valid NewWebhook wanted) {
        validator.validateUrl(wanted.url());
        validator.validateEventTypes(wanted.eventTypes());
        String description = Optional.ofNullable(wanted.description()).orElse("");
        UnicodeText.rejectNul("/description", description);
        validator.validateEndpointLimit();
        WebhookEndpoint webhookEndpoint = new WebhookEndpoint();
        webhookEndpoint.id = TypeId.newUuid();
        webhookEndpoint.url = wanted.url();
        webhookEndpoint.description = description;
        webhookEndpoint.eventTypes = normalizeEventTypes(wanted.eventTypes());
        webhookEndpoint.status = WebhookEndpoint.ENABLED;
        webhookEndpoint.disabledReason = "";
        webhookEndpoint.secretGeneration = 1;
        webhookEndpoint.previousUntil = Instant.EPOCH;
        webhookEndpoint.createdAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
        webhookEndpoint.persistAndFlush();
        return Response.status(201)
                .entity(toWebhook(webhookEndpoint, secrets.secret(webhookEndpoint.id, 1)))
                .tag(IfMatch.etag(webhookEndpoint.version))
                .build();
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.WEBHOOKS_READ)
    @Operation(
            operationId = "getWebhook",
            summary = "Look at a webhook",
            description =
                    "With its state and how often it failed in a row. Only creating it and rotating answer a secret.")
    @APIResponse(
            responseCode = "200",
            description = "The webhook, without its secret.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Webhook.class)))
    public Response get(@RestPath String id) {
        WebhookEndpoint webhookEndpoint = WebhookEndpoint.<WebhookEndpoint>find(
                        NOT_DELETED, WebhookId.parse(id).value())
                .firstResultOptional()
                .orElseThrow(() -> notFound(id));
        return Response.ok(toWebhook(webhookEndpoint, null))
                .tag(IfMatch.etag(webhookEndpoint.version))
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
                    "Absent fields stay as they are. One that is enabled again goes on with what was waiting; what "
                            + "happened while it was disabled can be replayed.")
    @APIResponse(
            responseCode = "200",
            description = "The webhook as it is now.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Webhook.class)))
    public Response change(
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid WebhookChange change) {
        WebhookEndpoint webhookEndpoint = lockEndpoint(id);
        IfMatch.require(ifMatch, webhookEndpoint.version);
        Optional.ofNullable(change.url()).ifPresent(url -> {
            validator.validateUrl(url);
            webhookEndpoint.url = url;
        });
        Optional.ofNullable(change.eventTypes()).ifPresent(types -> {
            validator.validateEventTypes(types);
            webhookEndpoint.eventTypes = normalizeEventTypes(types);
        });
        Optional.ofNullable(change.description()).ifPresent(text -> {
            UnicodeText.rejectNul("/description", text);
            webhookEndpoint.description = text;
        });
        Optional.ofNullable(change.status()).ifPresent(status -> {
            if (!status.equals(webhookEndpoint.status)) {
                webhookEndpoint.status = status;
                webhookEndpoint.disabledReason = "";
                validator.resetFailures(webhookEndpoint);
            }
        });
        webhookEndpoint.persistAndFlush();
        return Response.ok(toWebhook(webhookEndpoint, null))
                .tag(IfMatch.etag(webhookEndpoint.version))
                .build();
    }

    @DELETE
    @Path("/{id}")
    @Transactional
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Operation(
            operationId = "deleteWebhook",
            summary = "Delete a webhook",
            description = "Nothing is sent to it any more, not even what was waiting.")
    @APIResponse(responseCode = "204", description = "Gone.")
    public void delete(@RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        WebhookEndpoint webhookEndpoint = lockEndpoint(id);
        IfMatch.require(ifMatch, webhookEndpoint.version);
        webhookEndpoint.status = WebhookEndpoint.DISABLED;
        webhookEndpoint.deletedAt = Instant.now();
        webhookEndpoint.persistAndFlush();
    }

    @POST
    @Path("/{id}/rotate-secret")
    @Transactional
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Operation(
            operationId = "rotateWebhookSecret",
            summary = "Give a webhook another secret",
            description = "Calls carry signatures made with both for a while, so that the receiver can change over.")
    @APIResponse(
            responseCode = "200",
            description = "The webhook, with its new secret.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Webhook.class)))
    public Response rotate(@RestPath String id) {
        WebhookEndpoint webhookEndpoint = lockEndpoint(id);
        webhookEndpoint.secretGeneration++;
        webhookEndpoint.previousUntil =
                Instant.now().plus(settings.previousSecret()).truncatedTo(ChronoUnit.MICROS);
        webhookEndpoint.persistAndFlush();
        return Response.ok(toWebhook(
                        webhookEndpoint, secrets.secret(webhookEndpoint.id, webhookEndpoint.secretGeneration)))
                .tag(IfMatch.etag(webhookEndpoint.version))
                .build();
    }

    @POST
    @Path("/{id}/test")
    @Transactional
    @RolesAllowed(Scopes.WEBHOOKS_WRITE)
    @Idempotent
    @Operation(
            operationId = "testWebhook",
            summary = "Try a webhook",
            description = "Sends it an event of type `webhook.test`; the log of deliveries tells what became of it.")
    @APIResponse(responseCode = "202", description = "It is being sent.")
    public Response test(@RestPath String id) {
        WebhookEndpoint webhookEndpoint = lockEndpoint(id);
        if (!webhookEndpoint.status.equals(WebhookEndpoint.ENABLED)) {
            throw ApiException.conflict("webhook_disabled", "Enable the webhook before you try it.");
        }
        testDelivery.send(webhookEndpoint);
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

    private static Webhook toWebhook(WebhookEndpoint webhookEndpoint, @Nullable String secret) {
        return new Webhook(
                new WebhookId(webhookEndpoint.id),
                webhookEndpoint.url,
                webhookEndpoint.description,
                List.of(webhookEndpoint.eventTypes),
                webhookEndpoint.status,
                webhookEndpoint.disabledReason,
                secret,
                webhookEndpoint.previousUntil.isAfter(Instant.now()) ? webhookEndpoint.previousUntil : null,
                webhookEndpoint.consecutiveFailures,
                webhookEndpoint.failingSince,
                webhookEndpoint.createdAt);
    }
}
