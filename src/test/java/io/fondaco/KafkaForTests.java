package io.fondaco;

import io.fondaco.faults.Broker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** A real Kafka broker that carries the events of {@link IntegrationsProfile}. */
public final class KafkaForTests implements QuarkusTestResourceLifecycleManager {
    private Broker broker;

    @Override
    public Map<String, String> start() {
        try {
            broker = Broker.start(TestDirectories.create());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of("fondaco.kafka.bootstrap-servers", broker.bootstrapServers());
    }

    @Override
    public void stop() {
        if (broker != null) {
            broker.close();
        }
    }
}
