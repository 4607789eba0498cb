package io.fondaco.faults;

import io.fondaco.FreePort;
import io.fondaco.testcost.StartCounter;
import io.smallrye.reactive.messaging.kafka.companion.test.EmbeddedKafkaBroker;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;

/** A real Kafka broker in this process, which can be stopped and restarted with its data. */
public final class KafkaBroker implements AutoCloseable {
    private final Path directory;
    private final int port;
    private final int controllerPort;
    private final String clusterId = Uuid.randomUuid().toString();
    private EmbeddedKafkaBroker running;

    private KafkaBroker(Path directory, int port, int controllerPort) {
        this.directory = directory;
        this.port = port;
        this.controllerPort = controllerPort;
    }

    /** @param directory for the broker's logs */
    public static KafkaBroker start(Path directory) {
        KafkaBroker kafkaBroker = new KafkaBroker(directory, FreePort.find(), FreePort.find());
        kafkaBroker.restart();
        return kafkaBroker;
    }

    public void restart() {
        StartCounter.recordKafkaStart();
        running = new EmbeddedKafkaBroker()
                .withNodeId(1)
                .withClusterId(clusterId)
                .withKafkaPort(port)
                .withControllerPort(controllerPort)
                .withDeleteLogDirsOnClose(false)
                .withAdditionalProperties(properties -> {
                    properties.put("log.dirs", directory.toString());
                    properties.put("num.partitions", "4");
                    properties.put("offsets.topic.num.partitions", "4");
                    properties.put("group.initial.rebalance.delay.ms", "0");
                })
                .start();
    }

    public void stop() {
        running.close();
    }

    public String bootstrapServers() {
        return "localhost:" + port;
    }

    @Override
    public void close() {
        stop();
    }
}
