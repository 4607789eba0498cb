package io.fondaco.platform.messaging;

import io.smallrye.reactive.messaging.connector.InboundConnector;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.Flow;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.eclipse.microprofile.reactive.messaging.spi.ConnectorFactory;

/**
 * Delivers events from the retry queue to their listener, both for the database and for Kafka. The name of the channel
 * is the name of the listener followed by {@code -retries}.
 */
@ApplicationScoped
@Connector(RetryConnector.NAME)
class RetryConnector implements InboundConnector {
    static final String NAME = "fondaco-retries";
    static final String SUFFIX = "-retries";

    private final RetryQueue retryQueue;
    private final WorkerHeartbeat heartbeat;
    private final EventTypeRegistry eventTypes;
    private final Vertx vertx;

    RetryConnector(RetryQueue retryQueue, WorkerHeartbeat workerHeartbeat, EventTypeRegistry eventTypes, Vertx vertx) {
        this.retryQueue = retryQueue;
        this.heartbeat = workerHeartbeat;
        this.eventTypes = eventTypes;
        this.vertx = vertx;
    }

    @Override
    public Flow.Publisher<? extends Message<?>> getPublisher(Config config) {
        String channel = config.getValue(ConnectorFactory.CHANNEL_NAME_ATTRIBUTE, String.class);
        if (!channel.endsWith(SUFFIX)) {
            throw new IllegalArgumentException(
                    "A retry channel must be named <listener>%s, but is named %s".formatted(SUFFIX, channel));
        }
        String listener = channel.substring(0, channel.length() - SUFFIX.length());
        return OutboxConnector.messages(
                vertx, handler -> heartbeat.startRetryConsumer(channel, () -> fetchDue(listener), handler), eventTypes);
    }

    private ConsumerLoop.FetchedBatch fetchDue(String listener) {
        List<Event> due = retryQueue.findDue(listener, ConsumerLoop.MAX_BATCH_EVENTS);
        return new ConsumerLoop.FetchedBatch(due, true, () -> {});
    }
}
