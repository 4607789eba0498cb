package io.fondaco.platform.messaging;

import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.PodRoles;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Makes Kafka transport the events if its servers are configured: every channel with the database connector becomes a
 * channel of the topic, which a consumer group of its own reads in batches. Listeners do not change.
 */
public final class KafkaChannelConfigSourceFactory implements ConfigSourceFactory {
    static final String KAFKA_CONNECTOR = "smallrye-kafka";

    /** Above application.properties, below the environment and system properties. */
    private static final int ORDINAL = 255;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        String servers = value(context, ListenerConfig.BOOTSTRAP_SERVERS, "");
        if (servers.isEmpty()) {
            return List.of();
        }
        Map<String, String> settings = new TreeMap<>();
        settings.put("kafka.bootstrap.servers", servers);
        boolean worker = value(context, PodRoles.SETTING, PodRole.WORKER.label())
                .toLowerCase(Locale.ROOT)
                .contains(PodRole.WORKER.label());
        Iterator<String> names = context.iterateNames();
        while (names.hasNext()) {
            String name = names.next();
            Matcher matcher = ListenerConfig.CONNECTOR.matcher(name);
            if (worker && matcher.matches() && value(context, name, "").equals(OutboxConnector.NAME)) {
                configureKafkaChannel(
                        settings, matcher.group(1), value(context, "fondaco.kafka.topic", KafkaSettings.TOPIC));
            }
        }
        return List.of(new PropertiesConfigSource(settings, "event channels over Kafka", ORDINAL));
    }

    private static void configureKafkaChannel(Map<String, String> settings, String listener, String topic) {
        String prefix = "mp.messaging.incoming." + listener + ".";
        settings.put(prefix + "connector", KAFKA_CONNECTOR);
        settings.put(prefix + "topic", topic);
        settings.put(prefix + "group.id", "fondaco-" + listener);
        settings.put(prefix + "batch", "true");
        settings.put(prefix + "auto.offset.reset", "earliest");
        settings.put(prefix + "commit-strategy", "latest");
        settings.put(prefix + "key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        settings.put(prefix + "value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        settings.put(prefix + "fail-on-deserialization-failure", "false");
        settings.put(prefix + "cloud-events", "false");
        settings.put(prefix + "max.poll.records", "500");
        // The broker replaces a dead consumer after this time.
        settings.put(prefix + "session.timeout.ms", "10000");
        settings.put(prefix + "heartbeat.interval.ms", "3000");
        settings.put(prefix + "isolation.level", "read_committed");
        settings.put(prefix + "request.timeout.ms", "10000");
        settings.put(prefix + "health-enabled", "false");
        // A batch belongs to many traces: IdempotentConsumerInterceptor continues them.
        settings.put(prefix + "tracing-enabled", "false");
    }

    private static String value(ConfigSourceContext context, String name, String defaultValue) {
        ConfigValue value = context.getValue(name);
        return value == null || value.getValue() == null ? defaultValue : value.getValue();
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }
}
