package io.fondaco.platform.messaging;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/** Reads from the configuration which channels are listeners of events and how their events are transported. */
@ApplicationScoped
class ListenerConfig {
    /** The name under which the Kafka relay reads the outbox. */
    static final String KAFKA_RELAY = "kafka";

    static final String BOOTSTRAP_SERVERS = "fondaco.kafka.bootstrap-servers";

    /** The property that sets the connector of a channel; its group is the name of the channel. */
    static final Pattern CONNECTOR = Pattern.compile("mp\\.messaging\\.incoming\\.([^.\"]+)\\.connector");

    private final Config config;

    ListenerConfig(Config config) {
        this.config = config;
    }

    /** The enabled channels that listen to events. */
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

    /** The readers of the outbox: all listeners, or only the relay if Kafka transports the events. */
    List<String> outboxConsumers() {
        return kafkaServers().isPresent() ? List.of(KAFKA_RELAY) : List.copyOf(names());
    }

    /** The Kafka servers; empty if the database transports the events. */
    Optional<String> kafkaServers() {
        return config.getOptionalValue(BOOTSTRAP_SERVERS, String.class);
    }
}
