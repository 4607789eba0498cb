package io.fondaco.platform.messaging;

import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.reactive.messaging.connector.InboundConnector;
import io.smallrye.reactive.messaging.providers.locals.LocalContextMetadata;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.eclipse.microprofile.reactive.messaging.spi.ConnectorFactory;

/**
 * Delivers events from the outbox to a listener. The name of the channel is the name of the listener. A message is a
 * batch of events; the next message follows when it is acknowledged.
 */
@ApplicationScoped
@Connector(OutboxConnector.NAME)
class OutboxConnector implements InboundConnector {
    static final String NAME = "fondaco-database";

    private final OutboxBatchSources batchSources;
    private final WorkerHeartbeat heartbeat;
    private final EventTypeRegistry eventTypes;
    private final Vertx vertx;

    OutboxConnector(
            OutboxBatchSources outboxBatchSources,
            WorkerHeartbeat workerHeartbeat,
            EventTypeRegistry eventTypes,
            Vertx vertx) {
        this.batchSources = outboxBatchSources;
        this.heartbeat = workerHeartbeat;
        this.eventTypes = eventTypes;
        this.vertx = vertx;
    }

    @Override
    public Flow.Publisher<? extends Message<?>> getPublisher(Config config) {
        String listener = config.getValue(ConnectorFactory.CHANNEL_NAME_ATTRIBUTE, String.class);
        return messages(
                vertx,
                handler -> heartbeat.startConsumer(listener, batchSources.forListener(listener), handler),
                eventTypes);
    }

    /** @param start starts to pass batches to the given handler */
    static Multi<Message<EventBatch>> messages(
            Vertx vertx, Consumer<Function<List<Event>, CompletionStage<Void>>> start, EventTypeRegistry eventTypes) {
        // One batch is in progress at a time, so the buffer holds one message at most.
        return Multi.createFrom()
                .emitter(
                        emitter -> start.accept(events -> {
                            CompletableFuture<Void> handled = new CompletableFuture<>();
                            emitter.emit(message(vertx, new EventBatch(events, eventTypes), handled));
                            return handled;
                        }),
                        BackPressureStrategy.BUFFER);
    }

    /** Gives the message a Vert.x context of its own, as Kafka messages have: state such as the trace is kept in it. */
    private static Message<EventBatch> message(Vertx vertx, EventBatch batch, CompletableFuture<Void> handled) {
        return Message.of(
                        batch,
                        () -> {
                            handled.complete(null);
                            return completed();
                        },
                        thrown -> {
                            handled.completeExceptionally(thrown);
                            return completed();
                        })
                .addMetadata(
                        new LocalContextMetadata(VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext())));
    }

    private static CompletionStage<Void> completed() {
        return CompletableFuture.completedStage(null);
    }
}
