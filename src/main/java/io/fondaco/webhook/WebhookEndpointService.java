package io.fondaco.webhook;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.UnicodeText;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Registers and changes webhook endpoints. A write locks its endpoint; a change and a deletion compare the version that
 * the client read.
 */
@ApplicationScoped
class WebhookEndpointService {
    /** How long requests are also signed with the previous secret after a rotation. */
    private static final Duration PREVIOUS_SECRET_VALIDITY = Duration.ofHours(24);

    private final WebhookEndpointRepository endpoints;
    private final WebhookStatements statements;
    private final EndpointValidator validator;
    private final WebhookSecrets secrets;
    private final TestDelivery testDelivery;
    private final WebhookSettings settings;

    WebhookEndpointService(
            WebhookEndpointRepository endpoints,
            WebhookStatements statements,
            EndpointValidator validator,
            WebhookSecrets secrets,
            TestDelivery testDelivery,
            WebhookSettings settings) {
        this.endpoints = endpoints;
        this.statements = statements;
        this.validator = validator;
        this.secrets = secrets;
        this.testDelivery = testDelivery;
        this.settings = settings;
    }

    /** @param eventTypes {@code order.placed}, {@code order.*}, {@code *} */
    record NewWebhook(
            @NotBlank @Size(max = 2_000) String url,

            @NotEmpty
            @Size(max = 50)
            @Schema(description = "Event types, by name or with a wildcard: `order.placed`, `order.*`, `*`.")
            List<@NotNull @Size(max = 100) String> eventTypes,

            @Size(max = 500) @Nullable String description) {}

    /** Absent fields stay unchanged. */
    record WebhookChange(
            @Size(min = 1, max = 2_000) @Nullable String url,
            @Size(min = 1, max = 50) @Nullable List<@NotNull @Size(max = 100) String> eventTypes,
            @Size(max = 500) @Nullable String description,

            @Pattern(regexp = "enabled|disabled") @Schema(enumeration = {"enabled", "disabled"}) @Nullable
            String status) {}

    /** An endpoint with its new secret, which is not returned again. */
    record EndpointWithSecret(WebhookEndpoint endpoint, String secret) {}

    /** Up to {@code limit} endpoints after this one, oldest first. */
    List<WebhookEndpoint> listAfter(UUID id, int limit) {
        return endpoints.listAfter(id, limit);
    }

    /** @throws ApiException 404 */
    WebhookEndpoint get(WebhookId id) {
        return endpoints.findExisting(id.value()).orElseThrow(() -> notFound(id));
    }

    /**
     * @throws ApiException 409 {@code too_many_webhooks}; 422 {@code invalid_url}, {@code port_not_allowed},
     *     {@code address_not_allowed}, {@code unknown_event_type}
     */
    @Transactional
    EndpointWithSecret create(NewWebhook request) {
        validator.validateUrl(request.url());
        validator.validateEventTypes(request.eventTypes());
        String description = Optional.ofNullable(request.description()).orElse("");
        UnicodeText.rejectNul("/description", description);
        requireOneMoreAllowed();
        WebhookEndpoint endpoint = WebhookEndpoint.create(request.url(), request.eventTypes(), description);
        endpoints.persistAndFlush(endpoint);
        return withSecret(endpoint);
    }

    /** Other transactions that create an endpoint wait until this one has ended. */
    private void requireOneMoreAllowed() {
        statements.lockEndpointCreation();
        long present = endpoints.countExisting();
        if (present >= settings.maxEndpoints()) {
            throw ApiException.conflict(
                    "too_many_webhooks", "There are %d webhooks, which is the limit.".formatted(present));
        }
    }

    /**
     * @param ifMatch the {@code If-Match} header
     * @throws ApiException 404, 412, 428; 422 as {@link #create}
     */
    @Transactional
    WebhookEndpoint change(WebhookId id, @Nullable String ifMatch, WebhookChange change) {
        WebhookEndpoint endpoint = lock(id);
        IfMatch.require(ifMatch, endpoint.version);
        Optional.ofNullable(change.url()).ifPresent(url -> {
            validator.validateUrl(url);
            endpoint.url = url;
        });
        Optional.ofNullable(change.eventTypes()).ifPresent(types -> {
            validator.validateEventTypes(types);
            endpoint.subscribe(types);
        });
        Optional.ofNullable(change.description()).ifPresent(text -> {
            UnicodeText.rejectNul("/description", text);
            endpoint.description = text;
        });
        Optional.ofNullable(change.status()).ifPresent(endpoint::changeStatus);
        endpoints.flush();
        return endpoint;
    }

    /**
     * @param ifMatch the {@code If-Match} header
     * @throws ApiException 404, 412, 428
     */
    @Transactional
    void delete(WebhookId id, @Nullable String ifMatch) {
        WebhookEndpoint endpoint = lock(id);
        IfMatch.require(ifMatch, endpoint.version);
        endpoint.delete();
        endpoints.flush();
    }

    /** Creates the next secret; the previous one stays valid for a while. @throws ApiException 404 */
    @Transactional
    EndpointWithSecret rotateSecret(WebhookId id) {
        WebhookEndpoint endpoint = lock(id);
        endpoint.rotateSecret(PREVIOUS_SECRET_VALIDITY);
        endpoints.flush();
        return withSecret(endpoint);
    }

    /** Sends a test event. @throws ApiException 404; 409 {@code webhook_disabled} */
    @Transactional
    void test(WebhookId id) {
        WebhookEndpoint endpoint = lock(id);
        if (!endpoint.isEnabled()) {
            throw ApiException.conflict("webhook_disabled", "Enable the webhook before you test it.");
        }
        testDelivery.send(endpoint);
    }

    private WebhookEndpoint lock(WebhookId id) {
        return endpoints.lock(id.value()).orElseThrow(() -> notFound(id));
    }

    private EndpointWithSecret withSecret(WebhookEndpoint endpoint) {
        return new EndpointWithSecret(endpoint, secrets.secret(endpoint.id, endpoint.secretGeneration));
    }

    static ApiException notFound(WebhookId id) {
        return ApiException.notFound("webhook", id.toString());
    }
}
