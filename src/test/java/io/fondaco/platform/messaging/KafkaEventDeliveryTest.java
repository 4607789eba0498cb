package io.fondaco.platform.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.IntegrationsProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class KafkaEventDeliveryTest extends EventDeliveryGuarantees {
    private static final String TOPIC = "fondaco.events";

    @ConfigProperty(name = "fondaco.kafka.bootstrap-servers")
    String brokers;

    @Override
    void redeliverAll() {
        List<ProducerRecord<String, byte[]>> copies = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : readTopic()) {
            copies.add(new ProducerRecord<>(TOPIC, null, record.key(), record.value(), record.headers()));
        }
        assertThat(copies).isNotEmpty();
        send(copies);
    }

    @Test
    void topicHoldsCloudEventsInBinaryModeKeyedBySubject() {
        String subject = subject();
        publish(subject, subject);
        awaitHandled(subject, List.of(1L, 2L));
        List<ConsumerRecord<String, byte[]>> records = readTopic().stream()
                .filter(record -> subject.equals(record.key()))
                .toList();
        assertThat(records).hasSizeGreaterThanOrEqualTo(2);
        ConsumerRecord<String, byte[]> first = records.getFirst();
        Map<String, String> headers = new HashMap<>();
        first.headers()
                .forEach(header -> headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
        assertThat(headers)
                .containsEntry("ce_specversion", "1.0")
                .containsEntry("ce_type", "probe.happened")
                .containsEntry("ce_source", "/fondaco")
                .containsEntry("ce_subject", subject)
                .containsEntry("ce_sequence", "1")
                .containsEntry("content-type", "application/json")
                .containsKeys("ce_id", "ce_time", "ce_resourceversion");
        assertThat(new String(first.value(), StandardCharsets.UTF_8)).isEqualTo("{\"note\":\"hello\"}");
    }

    @Test
    void malformedRecordBecomesADeadLetterAndBlocksNoEvent() throws Exception {
        long before = countMalformedDeadLetters();
        send(List.of(
                new ProducerRecord<>(TOPIC, "rubbish", new byte[] {(byte) 0xFF, 0}),
                new ProducerRecord<>(TOPIC, null, null),
                new ProducerRecord<>(TOPIC, "text", "{}".getBytes(StandardCharsets.UTF_8))));
        String subject = subject();
        publish(subject);
        awaitHandled(subject, List.of(1L));
        // Every listener of the test application receives them.
        await().atMost(Duration.ofSeconds(20)).until(() -> countMalformedDeadLetters() >= before + 3);
    }

    private long countMalformedDeadLetters() throws SQLException {
        return Long.parseLong(database.query(
                "SELECT count(*) FROM messaging.dead_letter WHERE type = 'fondaco.malformed' AND listener = 'probe'"));
    }

    private List<ConsumerRecord<String, byte[]>> readTopic() {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", brokers), new StringDeserializer(), new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor(TOPIC).stream()
                    .map(info -> new org.apache.kafka.common.TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<org.apache.kafka.common.TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private void send(List<ProducerRecord<String, byte[]>> records) {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", brokers), new StringSerializer(), new ByteArraySerializer())) {
            records.forEach(producer::send);
            producer.flush();
        }
    }
}
