package io.fondaco;

import io.fondaco.faults.KafkaBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** A real Kafka broker that carries the events of {@link IntegrationsProfile}. */
public final class KafkaTestResource implements QuarkusTestResourceLifecycleManager {
    private KafkaBroker kafkaBroker;
    private Path directory;

    @Override
    public Map<String, String> start() {
        try {
            directory = TestDirectories.create();
            kafkaBroker = KafkaBroker.start(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of("fondaco.kafka.bootstrap-servers", kafkaBroker.bootstrapServers());
    }

    @Override
    public void stop() {
        if (kafkaBroker == null) {
            return;
        }
        kafkaBroker.close();
        try {
            TestDirectories.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
