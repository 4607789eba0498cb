package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults while events are delivered by Kafka, a real broker in the test's process. */
class KafkaEventFaultsIT extends EventFaults {
    /** How much a live heap may grow for other reasons. */
    private static final long MAX_HEAP_GROWTH_BYTES = 16 << 20;

    private static final String TOPIC = "fondaco.events";
    private KafkaBroker kafkaBroker;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        kafkaBroker = KafkaBroker.start(directory.resolve("kafka"));
        open(directory);
    }

    @AfterAll
    void stopBroker() {
        if (kafkaBroker != null) {
            kafkaBroker.close();
        }
    }

    @Override
    Map<String, String> transportSettings() {
        return Map.of("FONDACO_KAFKA_BOOTSTRAP_SERVERS", kafkaBroker.bootstrapServers(), "FONDACO_KAFKA_TIMEOUT", "6s");
    }

    @Override
    long publishedCount() {
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            return consumer.endOffsets(partitions(consumer)).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    @Test
    void checkoutsContinueWhileTheBrokerIsDownAndTheBacklogDrainsInOrder() throws Exception {
        try (OrderLoad orderLoad = load()) {
            int atStart = checkouts();
            Pods.sleep(FAULT);
            int before = checkouts() - atStart;
            kafkaBroker.stop();
            int atStop = checkouts();
            Pods.sleep(FAULT.dividedBy(4));
            List<Long> early = liveHeaps();
            Pods.sleep(FAULT.multipliedBy(3).dividedBy(4));
            int during = checkouts() - atStop;
            List<Long> late = liveHeaps();
            kafkaBroker.restart();
            LOG.infof("live heap of the pods early and late in the broker outage: %s, %s bytes", early, late);
            for (int pod = 0; pod < early.size(); pod++) {
                assertThat(late.get(pod) - early.get(pod))
                        .as("heap growth of pod %d during the broker outage", pod)
                        .isLessThan(MAX_HEAP_GROWTH_BYTES);
            }
            LOG.infof("checkouts with the broker: %d, without it in the same time: %d", before, during);
            assertThat(during).as("checkouts without the broker").isGreaterThan(before / 2);
            Pods.sleep(FAULT);
        }
        verifyDelivery();
    }

    /** Live heap bytes of the shop pod and of the workers. */
    private List<Long> liveHeaps() {
        return Stream.concat(Stream.of(shop), workers.stream())
                .map(Pods::liveHeap)
                .toList();
    }

    @Override
    void verifyDelivery() throws Exception {
        super.verifyDelivery();
        Map<String, List<Long>> published = new LinkedHashMap<>();
        Map<String, List<String>> offsets = new TreeMap<>();
        int records = 0;
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions(consumer);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.key().startsWith("order_")) {
                        records++;
                        long sequence = Long.parseLong(new String(
                                record.headers().lastHeader("ce_sequence").value(), StandardCharsets.UTF_8));
                        offsets.computeIfAbsent(record.key(), _ -> new ArrayList<>())
                                .add("%d in %d@%d".formatted(sequence, record.partition(), record.offset()));
                        List<Long> numbers = published.computeIfAbsent(record.key(), _ -> new ArrayList<>());
                        if (!numbers.contains(sequence)) {
                            numbers.add(sequence);
                        }
                    }
                }
            }
        }
        Map<String, List<Long>> received = faultyWebhookReceiver.acceptedSequences("/good");
        assertThat(published.keySet()).isEqualTo(received.keySet());
        published.forEach((order, numbers) -> assertThat(numbers)
                .as("published events of %s: %s", order, offsets.get(order))
                .isEqualTo(received.get(order).stream().sorted().toList()));
        LOG.infof(
                "topic: %d records of %d events",
                records, published.values().stream().mapToInt(List::size).sum());
    }

    private KafkaConsumer<String, byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafkaBroker.bootstrapServers()),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private static List<TopicPartition> partitions(KafkaConsumer<String, byte[]> consumer) {
        return consumer.partitionsFor(TOPIC).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }
}
