package io.fondaco.webhook;

import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.UnicodeText;
import io.fondaco.platform.web.Violation;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

/** What an endpoint may be. */
@ApplicationScoped
class EndpointValidator {
    private static final int HIGHEST_PORT = 65_535;

    private final WebhookSettings settings;
    private final WebhookEvents events;
    private final AddressGuard addressGuard;
    private final EntityManager entities;

    EndpointValidator(WebhookSettings settings, WebhookEvents events, AddressGuard addresses, EntityManager entities) {
        this.settings = settings;
        this.events = events;
        this.addressGuard = addresses;
        this.entities = entities;
    }

    /**
     * Names are looked up when they are called, not here.
     *
     * @throws ApiException 422 {@code invalid_url}, {@code port_not_allowed}, {@code address_not_allowed}
     */
    void validateUrl(String text) {
        UnicodeText.rejectNul("/url", text);
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            throw invalid("That is not a URL.");
        }
        boolean tls = "https".equals(url.getScheme());
        if (!tls && !(settings.allowHttp() && "http".equals(url.getScheme()))) {
            throw invalid("A webhook is called by https.");
        }
        if (url.getHost() == null || url.getUserInfo() != null || url.getFragment() != null) {
            throw invalid("A webhook's URL has a host, no user, and no fragment.");
        }
        if (url.getPort() == 0 || url.getPort() > HIGHEST_PORT) {
            throw invalid("There is no such port.");
        }
        if (!addressGuard.allowsPort(url)) {
            throw ApiException.invalid(
                    "/url",
                    "port_not_allowed",
                    "Only these ports are called: " + String.join(", ", settings.allowedPorts()));
        }
        parseIpLiteral(url.getHost())
                .filter(address -> !addressGuard.allows(address))
                .ifPresent(_ -> {
                    throw ApiException.invalid("/url", "address_not_allowed", "Only public addresses are called.");
                });
    }

    private static Optional<InetAddress> parseIpLiteral(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        try {
            return Optional.of(InetAddress.ofLiteral(bare));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static ApiException invalid(String detail) {
        return ApiException.invalid("/url", "invalid_url", detail);
    }

    /**
     * @throws ApiException 422 {@code unknown_event_type}
     */
    void validateEventTypes(List<String> patterns) {
        List<String> names = matchingEventTypes("*");
        for (int index = 0; index < patterns.size(); index++) {
            String pattern = patterns.get(index);
            if (matchingEventTypes(pattern).isEmpty()) {
                throw ApiException.invalid(
                        "/event_types/" + index,
                        "unknown_event_type",
                        "No event is called '%s'; there are: %s"
                                .formatted(Violation.abbreviate(pattern), String.join(", ", names)));
            }
        }
    }

    /** The types of events that a pattern names. */
    List<String> matchingEventTypes(String pattern) {
        return events.allEventTypes().stream()
                .map(EventType::name)
                .filter(name -> Event.matches(pattern, name))
                .toList();
    }

    /**
     * Whoever else wants one more waits until this transaction has ended.
     *
     * @throws ApiException 409 {@code too_many_webhooks}
     */
    void validateEndpointLimit() {
        entities.createNativeQuery("SELECT 1 FROM pg_advisory_xact_lock(hashtext('webhook.endpoint'))")
                .getSingleResult();
        long present = WebhookEndpoint.count("deletedAt is null");
        if (present >= settings.maxEndpoints()) {
            throw ApiException.conflict(
                    "too_many_webhooks", "There are %d webhooks, and no room for more.".formatted(present));
        }
    }

    /** What it has failed at before does not count any more. */
    void resetFailures(WebhookEndpoint webhookEndpoint) {
        entities.createNativeQuery("""
                        UPDATE webhook.endpoint SET consecutive_failures = 0, failing_since = NULL WHERE id = :id
                        """).setParameter("id", webhookEndpoint.id).executeUpdate();
        webhookEndpoint.consecutiveFailures = 0;
        webhookEndpoint.failingSince = null;
    }
}
