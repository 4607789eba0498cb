package io.fondaco.platform.messaging;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/** Which channels of the configuration carry events, and how. */
@ApplicationScoped
class ListenerConfig {
    /** The name under which Kafka's relay reads the outbox. */
    static final String KAFKA_RELAY = "kafka";

    static final String BOOTSTRAP_SERVERS = "fondaco.kafka.bootstrap-servers";

    /** Names the connector of a channel, which is its group. */
    static final Pattern CONNECTOR = Pattern.compile("mp\\.messaging\\.incoming\\.([^.\"]+)\\.connector");

    private final Config config;

    ListenerConfig(Config config) {
        this.config = config;
    }

    /** The channels that listen to events and are switched on. */
    SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>();
        for (String property : config.getPropertyNames()) {
            Matcher matcher = CONNECTOR.matcher(property);
            if (matcher.matches() && isEventChannel(matcher.group(1))) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    private boolean isEventChannel(String channel) {
        String prefix = "mp.messaging.incoming." + channel;
        String connector =
                config.getOptionalValue(prefix + ".connector", String.class).orElse("");
        return (connector.equals(OutboxConnector.NAME)
                        || connector.equals(KafkaChannelConfigSourceFactory.KAFKA_CONNECTOR))
                && config.getOptionalValue(prefix + ".enabled", Boolean.class).orElse(true);
    }

    /** Who reads the outbox: all of them, or the relay alone while Kafka carries the events. */
    List<String> outboxConsumers() {
        return kafkaServers().isPresent() ? List.of(KAFKA_RELAY) : List.copyOf(names());
    }

    /** Kafka's servers, if it carries the events. */
    Optional<String> kafkaServers() {
        return config.getOptionalValue(BOOTSTRAP_SERVERS, String.class);
    }
}
