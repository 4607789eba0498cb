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

/** Faults while Kafka carries the events, a real broker in the test's process. */
class KafkaEventFaultsIT extends EventFaults {
    /** Bytes that a heap may differ by for other reasons. */
    private static final long MAX_HEAP_GROWTH_BYTES = 16 << 20;

    private static final String TOPIC = "fondaco.events";
    private KafkaBroker kafkaBroker;

    @BeforeAll
    void start(@TempDir Path free) throws Exception {
        kafkaBroker = KafkaBroker.start(free.resolve("kafka"));
        open(free);
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
    void whileTheBrokerIsDownCheckoutsGoOnAndTheBacklogDrainsInOrderAfterwards() throws Exception {
        try (OrderLoad orderLoad = load()) {
            int atFirst = checkouts();
            Pods.sleep(FAULT);
            int before = checkouts() - atFirst;
            kafkaBroker.stop();
            int atStop = checkouts();
            Pods.sleep(FAULT.dividedBy(4));
            List<Long> early = liveHeaps();
            Pods.sleep(FAULT.multipliedBy(3).dividedBy(4));
            int meanwhile = checkouts() - atStop;
            List<Long> late = liveHeaps();
            kafkaBroker.restart();
            LOG.infof("live heap of the pods, early and late without the broker: %s, %s bytes", early, late);
            for (int pod = 0; pod < early.size(); pod++) {
                assertThat(late.get(pod) - early.get(pod))
                        .as("what pod %d keeps meanwhile", pod)
                        .isLessThan(MAX_HEAP_GROWTH_BYTES);
            }
            LOG.infof("checkouts with the broker: %d, without it, in the same time: %d", before, meanwhile);
            assertThat(meanwhile).as("checkouts without the broker").isGreaterThan(before / 2);
            Pods.sleep(FAULT);
        }
        verifyDelivery();
    }

    /** What lives in the heaps of who sells and who carries. */
    private List<Long> liveHeaps() {
        return Stream.concat(Stream.of(shop), workers.stream())
                .map(Pods::liveHeap)
                .toList();
    }

    @Override
    void verifyDelivery() throws Exception {
        super.verifyDelivery();
        Map<String, List<Long>> published = new LinkedHashMap<>();
        Map<String, List<String>> places = new TreeMap<>();
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
                        places.computeIfAbsent(record.key(), _ -> new ArrayList<>())
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
                .as("published of %s: %s", order, places.get(order))
                .isEqualTo(received.get(order).stream().sorted().toList()));
        LOG.infof(
                "in the topic: %d records of %d events",
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
