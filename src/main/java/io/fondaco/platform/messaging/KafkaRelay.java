package io.fondaco.platform.messaging;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the outbox to Kafka if Kafka is configured, one batch at a time. The cursors advance when every in-sync
 * replica has acknowledged the whole batch. A crash in between publishes the batch again under the same event ids.
 *
 * <p>It uses a producer of its own, which is replaced after a failure, and not an outgoing channel: the buffer of a
 * channel outlives the batch, and a channel must be connected also where there is no Kafka.
 */
@ApplicationScoped
class KafkaRelay {
    private final KafkaSettings kafka;
    private final OutboxBatchSources batchSources;
    private final BucketLeases bucketLeases;
    private final WorkerHeartbeat heartbeat;
    private final MessagingMetrics metrics;
    private @Nullable Producer<String, byte[]> producer;

    KafkaRelay(
            KafkaSettings kafka,
            OutboxBatchSources outboxBatchSources,
            BucketLeases bucketLeases,
            WorkerHeartbeat workerHeartbeat,
            MessagingMetrics metrics) {
        this.kafka = kafka;
        this.batchSources = outboxBatchSources;
        this.bucketLeases = bucketLeases;
        this.heartbeat = workerHeartbeat;
        this.metrics = metrics;
    }

    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        if (kafka.bootstrapServers().isPresent()) {
            heartbeat.startConsumer(
                    ListenerConfig.KAFKA_RELAY, batchSources.forListener(ListenerConfig.KAFKA_RELAY), this::publish);
        }
    }

    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) ShutdownEvent event) {
        close();
    }

    private CompletionStage<Void> publish(List<Event> events) {
        try {
            Producer<String, byte[]> open = open();
            List<Event> remaining = events;
            while (!remaining.isEmpty()) {
                remaining = publishFirstOfEachSubject(open, remaining);
            }
            metrics.published(events.size());
            return CompletableFuture.completedStage(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedStage(e);
        } catch (Exception e) {
            metrics.publishFailed();
            // Records that the producer still buffers must not arrive after those that are sent next.
            close();
            return CompletableFuture.failedStage(e);
        }
    }

    /**
     * Publishes the first event of every subject and waits until all are acknowledged. Later events of the same subject
     * are not sent before that, because a producer that gives up a batch may still deliver the next one.
     *
     * @return the events that remain to be sent
     */
    private List<Event> publishFirstOfEachSubject(Producer<String, byte[]> open, List<Event> events)
            throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> subjects = new HashSet<>();
        List<Event> remaining = new ArrayList<>();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (Event event : events) {
            if (subjects.add(event.subject())) {
                sent.add(open.send(CloudEventCodec.encode(kafka.topic(), event)));
            } else {
                remaining.add(event);
            }
        }
        open.flush();
        for (Future<RecordMetadata> acknowledged : sent) {
            // The producer's own delivery timeout is shorter than this one.
            acknowledged.get(kafka.timeout().toMillis(), TimeUnit.MILLISECONDS);
        }
        return remaining;
    }

    private synchronized Producer<String, byte[]> open() {
        Producer<String, byte[]> open = producer;
        if (open == null) {
            open = new KafkaProducer<>(producerSettings(), new StringSerializer(), new ByteArraySerializer());
            producer = open;
        }
        return open;
    }

    private Map<String, Object> producerSettings() {
        int limit = (int) kafka.timeout().toMillis();
        Map<String, Object> producerSettings = new TreeMap<>(Map.of(
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                limit / 3,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                limit / 3,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                limit * 2 / 3,
                ProducerConfig.LINGER_MS_CONFIG,
                0,
                ProducerConfig.CLIENT_ID_CONFIG,
                "fondaco-relay-" + bucketLeases.workerId()));
        producerSettings.putAll(kafka.producer());
        producerSettings.put(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka.bootstrapServers().orElseThrow());
        return producerSettings;
    }

    private synchronized void close() {
        Producer<String, byte[]> open = producer;
        producer = null;
        if (open != null) {
            open.close(Duration.ZERO);
        }
    }
}
