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
 * Carries events from the outbox straight to a listener: the channel's name is the listener's, a message is a batch of
 * events, and the next one follows when it was acknowledged.
 */
@ApplicationScoped
@Connector(OutboxConnector.NAME)
class OutboxConnector implements InboundConnector {
    static final String NAME = "fondaco-database";

    private final OutboxBatchSources batchSources;
    private final WorkerHeartbeat heartbeat;
    private final Vertx vertx;

    OutboxConnector(OutboxBatchSources outboxBatchSources, WorkerHeartbeat workerHeartbeat, Vertx vertx) {
        this.batchSources = outboxBatchSources;
        this.heartbeat = workerHeartbeat;
        this.vertx = vertx;
    }

    @Override
    public Flow.Publisher<? extends Message<?>> getPublisher(Config config) {
        String listener = config.getValue(ConnectorFactory.CHANNEL_NAME_ATTRIBUTE, String.class);
        return messages(
                vertx, handler -> heartbeat.startConsumer(listener, batchSources.forListener(listener), handler));
    }

    /** @param follow begins to hand batches on */
    static Multi<Message<EventBatch>> messages(
            Vertx vertx, Consumer<Function<List<Event>, CompletionStage<Void>>> follow) {
        // One batch is under way at a time, so the buffer holds one at most.
        return Multi.createFrom()
                .emitter(
                        emitter -> follow.accept(events -> {
                            CompletableFuture<Void> handled = new CompletableFuture<>();
                            emitter.emit(message(vertx, events, handled));
                            return handled;
                        }),
                        BackPressureStrategy.BUFFER);
    }

    /** In a context of its own, as Kafka's messages are: what a listener is at is remembered there, its trace for one. */
    private static Message<EventBatch> message(Vertx vertx, List<Event> events, CompletableFuture<Void> handled) {
        return Message.of(
                        new EventBatch(events),
                        () -> {
                            handled.complete(null);
                            return done();
                        },
                        thrown -> {
                            handled.completeExceptionally(thrown);
                            return done();
                        })
                .addMetadata(
                        new LocalContextMetadata(VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext())));
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedStage(null);
    }
}
