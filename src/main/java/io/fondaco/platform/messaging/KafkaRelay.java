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
 * Publishes the outbox to Kafka when one is configured: a batch at a time, and the cursors move when all of it was
 * acknowledged by every in-sync replica. A crash in between publishes it again; the identifiers tell.
 *
 * <p>It has a producer of its own, made anew after a failure, rather than an outgoing channel: a channel keeps a buffer
 * that outlives the batch, and must be connected to something also where there is no Kafka.
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
            List<Event> left = events;
            while (!left.isEmpty()) {
                left = publishFirstOfEachSubject(open, left);
            }
            metrics.published(events.size());
            return CompletableFuture.completedStage(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedStage(e);
        } catch (Exception e) {
            metrics.publishFailed();
            // What it still holds must not come after what is sent next.
            close();
            return CompletableFuture.failedStage(e);
        }
    }

    /**
     * Publishes the first event of every subject and waits until all are acknowledged. A later one of the same subject is not
     * even sent before: a producer that gives one batch up may still get the next one through.
     *
     * @return those that are left
     */
    private List<Event> publishFirstOfEachSubject(Producer<String, byte[]> open, List<Event> events)
            throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> subjects = new HashSet<>();
        List<Event> left = new ArrayList<>();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (Event event : events) {
            if (subjects.add(event.subject())) {
                sent.add(open.send(CloudEventCodec.encode(kafka.topic(), event)));
            } else {
                left.add(event);
            }
        }
        open.flush();
        for (Future<RecordMetadata> acknowledged : sent) {
            // The producer gives up before this.
            acknowledged.get(kafka.timeout().toMillis(), TimeUnit.MILLISECONDS);
        }
        return left;
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
