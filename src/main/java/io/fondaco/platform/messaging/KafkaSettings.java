package io.fondaco.platform.messaging;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The Kafka cluster that transports events, if one is configured. */
@ConfigMapping(prefix = "fondaco.kafka")
interface KafkaSettings {
    String TOPIC = "fondaco.events";

    /** The Kafka brokers: {@code host:port,host:port}. Absent: the database transports the events. */
    Optional<String> bootstrapServers();

    /** The topic of the events. Its records are keyed by subject, so that the events of a subject keep their order. */
    @WithDefault(TOPIC)
    String topic();

    /** Time in which the broker must acknowledge a batch; after that the batch is sent again. */
    @WithDefault("15s")
    Duration timeout();

    /** Further producer settings under Kafka's own names, for example for security or compression. */
    Map<String, String> producer();
}
