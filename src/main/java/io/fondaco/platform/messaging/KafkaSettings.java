package io.fondaco.platform.messaging;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The broker that carries events, if one does. */
@ConfigMapping(prefix = "fondaco.kafka")
interface KafkaSettings {
    String TOPIC = "fondaco.events";

    /** {@code host:port,host:port}. Absent: the database carries the events. */
    Optional<String> bootstrapServers();

    /** The topic; keyed by subject, so that a subject's events keep their order. */
    @WithDefault(TOPIC)
    String topic();

    /** How long the broker has to acknowledge a batch; after that it is sent again. */
    @WithDefault("15s")
    Duration timeout();

    /** Further settings of the producer, by Kafka's names: security, compression. */
    Map<String, String> producer();
}
