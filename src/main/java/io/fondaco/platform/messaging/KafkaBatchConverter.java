package io.fondaco.platform.messaging;

import io.smallrye.reactive.messaging.MessageConverter;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordBatchMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Converts a batch of Kafka records to an {@link EventBatch}. */
@ApplicationScoped
class KafkaBatchConverter implements MessageConverter {
    private final EventTypeRegistry eventTypes;

    KafkaBatchConverter(EventTypeRegistry eventTypes) {
        this.eventTypes = eventTypes;
    }

    @Override
    public boolean canConvert(Message<?> message, Type target) {
        return message.getMetadata(IncomingKafkaRecordBatchMetadata.class).isPresent() && target == EventBatch.class;
    }

    @Override
    public Message<?> convert(Message<?> message, Type target) {
        ConsumerRecords<?, ?> records = message.getMetadata(IncomingKafkaRecordBatchMetadata.class)
                .orElseThrow()
                .getRecords();
        List<Event> events = new ArrayList<>();
        for (ConsumerRecord<?, ?> record : records) {
            events.add(CloudEventCodec.decode(record));
        }
        return message.withPayload(new EventBatch(events, eventTypes));
    }
}
