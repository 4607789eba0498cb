package io.fondaco;

import io.fondaco.faults.Broker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** A real Kafka broker that carries the events of {@link IntegrationsProfile}. */
public final class KafkaForTests implements QuarkusTestResourceLifecycleManager {
    private Broker broker;
    private Path directory;

    @Override
    public Map<String, String> start() {
        try {
            directory = TestDirectories.create();
            broker = Broker.start(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of("fondaco.kafka.bootstrap-servers", broker.bootstrapServers());
    }

    @Override
    public void stop() {
        if (broker == null) {
            return;
        }
        broker.close();
        try {
            TestDirectories.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
