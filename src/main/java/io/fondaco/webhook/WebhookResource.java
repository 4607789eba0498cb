package io.fondaco.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.access.Scopes;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.paging.Cursor;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.Text;
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
    private static final String LIVE = "id = ?1 and deletedAt is null";

    private final EndpointRules rules;
    private final WebhookSecrets secrets;
    private final WebhookEvents events;
    private final WebhookSettings settings;
    private final Trials trials;

    WebhookResource(
            EndpointRules rules,
            WebhookSecrets secrets,
            WebhookEvents events,
            WebhookSettings settings,
            Trials trials) {
        this.rules = rules;
        this.secrets = secrets;
        this.events = events;
        this.settings = settings;
        this.trials = trials;
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
        UUID after = Cursor.decode(cursor, SORT, 1)
                .map(place -> WebhookId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        List<Endpoint> rows = Endpoint.find("id > ?1 and deletedAt is null order by id", after)
                .range(0, limit)
                .list();
        return Page.cut(rows, limit, row -> Cursor.of(SORT, new WebhookId(row.id).toString()))
                .map(row -> show(row, null));
    }

    @GET
    @Path("/event-types")
    @RolesAllowed(Scopes.WEBHOOKS_READ)
    @Operation(
            operationId = "listEventTypes",
            summary = "List the types of events",
            description = "What a webhook can be for. Their data is described in the AsyncAPI document.")
    public EventTypes eventTypes() {
        return new EventTypes(events.all().stream()
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
        rules.checkUrl(wanted.url());
        rules.checkTypes(wanted.eventTypes());
        String description = Optional.ofNullable(wanted.description()).orElse("");
        Text.refuseNul("/description", description);
        rules.checkCount();
        Endpoint endpoint = new Endpoint();
        endpoint.id = TypeId.newUuid();
        endpoint.url = wanted.url();
        endpoint.description = description;
        endpoint.eventTypes = types(wanted.eventTypes());
        endpoint.status = Endpoint.ENABLED;
        endpoint.disabledReason = "";
        endpoint.secretGeneration = 1;
        endpoint.previousUntil = Instant.EPOCH;
        endpoint.createdAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
        endpoint.persistAndFlush();
        return Response.status(201)
                .entity(show(endpoint, secrets.secret(endpoint.id, 1)))
                .tag(IfMatch.tag(endpoint.version))
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
        Endpoint endpoint = Endpoint.<Endpoint>find(LIVE, WebhookId.parse(id).value())
                .firstResultOptional()
                .orElseThrow(() -> unknown(id));
        return Response.ok(show(endpoint, null))
                .tag(IfMatch.tag(endpoint.version))
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
        Endpoint endpoint = locked(id);
        IfMatch.require(ifMatch, endpoint.version);
        Optional.ofNullable(change.url()).ifPresent(url -> {
            rules.checkUrl(url);
            endpoint.url = url;
        });
        Optional.ofNullable(change.eventTypes()).ifPresent(types -> {
            rules.checkTypes(types);
            endpoint.eventTypes = types(types);
        });
        Optional.ofNullable(change.description()).ifPresent(text -> {
            Text.refuseNul("/description", text);
            endpoint.description = text;
        });
        Optional.ofNullable(change.status()).ifPresent(status -> {
            if (!status.equals(endpoint.status)) {
                endpoint.status = status;
                endpoint.disabledReason = "";
                rules.startOver(endpoint);
            }
        });
        endpoint.persistAndFlush();
        return Response.ok(show(endpoint, null))
                .tag(IfMatch.tag(endpoint.version))
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
        Endpoint endpoint = locked(id);
        IfMatch.require(ifMatch, endpoint.version);
        endpoint.status = Endpoint.DISABLED;
        endpoint.deletedAt = Instant.now();
        endpoint.persistAndFlush();
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
        Endpoint endpoint = locked(id);
        endpoint.secretGeneration++;
        endpoint.previousUntil = Instant.now().plus(settings.previousSecret()).truncatedTo(ChronoUnit.MICROS);
        endpoint.persistAndFlush();
        return Response.ok(show(endpoint, secrets.secret(endpoint.id, endpoint.secretGeneration)))
                .tag(IfMatch.tag(endpoint.version))
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
        Endpoint endpoint = locked(id);
        if (!endpoint.status.equals(Endpoint.ENABLED)) {
            throw ApiException.conflict("webhook_disabled", "Enable the webhook before you try it.");
        }
        trials.send(endpoint);
        return Response.accepted().build();
    }

    private static Endpoint locked(String id) {
        return Endpoint.<Endpoint>find(LIVE, WebhookId.parse(id).value())
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> unknown(id));
    }

    private static String[] types(List<String> types) {
        return types.stream().distinct().sorted().toArray(String[]::new);
    }

    static ApiException unknown(String id) {
        return ApiException.notFound("webhook", id);
    }

    private static Webhook show(Endpoint endpoint, @Nullable String secret) {
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
