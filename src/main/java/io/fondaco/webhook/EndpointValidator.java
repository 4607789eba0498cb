package io.fondaco.webhook;

import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.UnicodeText;
import io.fondaco.platform.web.Violation;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

/** Validates the URLs and the event types of endpoints. */
@ApplicationScoped
class EndpointValidator {
    private static final int HIGHEST_PORT = 65_535;

    private final WebhookSettings settings;
    private final EventTypeRegistry eventTypes;
    private final AddressGuard addressGuard;

    EndpointValidator(WebhookSettings settings, EventTypeRegistry eventTypes, AddressGuard addressGuard) {
        this.settings = settings;
        this.eventTypes = eventTypes;
        this.addressGuard = addressGuard;
    }

    /**
     * Validates a URL. It does not look up the host name; each delivery attempt does.
     *
     * @throws ApiException 422 {@code invalid_url}, {@code port_not_allowed}, {@code address_not_allowed}
     */
    void validateUrl(String text) {
        UnicodeText.rejectNul("/url", text);
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            throw invalid("This is not a valid URL.");
        }
        boolean tls = "https".equals(url.getScheme());
        if (!tls && !(settings.allowHttp() && "http".equals(url.getScheme()))) {
            throw invalid("The URL must use https.");
        }
        if (url.getHost() == null || url.getUserInfo() != null || url.getFragment() != null) {
            throw invalid("The URL must have a host, no user and no fragment.");
        }
        if (url.getPort() == 0 || url.getPort() > HIGHEST_PORT) {
            throw invalid("The port must be between 1 and 65535.");
        }
        if (!addressGuard.allowsPort(url)) {
            throw ApiException.invalid(
                    "/url",
                    "port_not_allowed",
                    "Only these ports are allowed: " + String.join(", ", settings.allowedPorts()));
        }
        parseIpLiteral(url.getHost())
                .filter(address -> !addressGuard.allows(address))
                .ifPresent(_ -> {
                    throw ApiException.invalid("/url", "address_not_allowed", "Only public addresses are allowed.");
                });
    }

    private static Optional<InetAddress> parseIpLiteral(String host) {
        String literal = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        try {
            return Optional.of(InetAddress.ofLiteral(literal));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static ApiException invalid(String detail) {
        return ApiException.invalid("/url", "invalid_url", detail);
    }

    /**
     * Validates that each pattern matches an event type.
     *
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
                        "There is no event type '%s'. Event types: %s"
                                .formatted(Violation.abbreviate(pattern), String.join(", ", names)));
            }
        }
    }

    /** The event types that a pattern matches. */
    List<String> matchingEventTypes(String pattern) {
        return eventTypes.all().stream()
                .map(EventType::name)
                .filter(name -> Event.matches(pattern, name))
                .toList();
    }
}
