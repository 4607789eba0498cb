package io.fondaco.platform.messaging;

import io.fondaco.platform.tracing.TraceParent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Encodes events as CloudEvents 1.0 in Kafka's binary mode: the attributes are headers, the value is the data, the key
 * is the subject.
 */
final class CloudEventCodec {
    /** The value of {@code ce_source}. */
    private static final String SOURCE = "/fondaco";

    /** The header in which the tracing of consumers expects the W3C traceparent. */
    private static final String TRACEPARENT = "traceparent";

    private static final int MAX_RAW_BYTES = 4_096;

    private CloudEventCodec() {}

    static ProducerRecord<String, byte[]> encode(String topic, Event event) {
        List<Header> headers = new ArrayList<>(List.of(
                header("ce_specversion", "1.0"),
                header("ce_id", event.id().toString()),
                header("ce_source", SOURCE),
                header("ce_type", event.type()),
                header("ce_subject", event.subject()),
                header("ce_time", event.time().toString()),
                header("ce_sequence", Long.toString(event.sequence())),
                header("ce_resourceversion", Long.toString(event.version())),
                header("content-type", "application/json")));
        if (event.traceParent() != null) {
            headers.add(header(TRACEPARENT, event.traceParent()));
        }
        return new ProducerRecord<>(
                topic, null, event.subject(), event.data().getBytes(StandardCharsets.UTF_8), headers);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Decodes a record. A record that is not a valid event becomes an event of type {@link Event#MALFORMED}, which
     * listeners move to the dead letters, so that it does not block the records after it.
     */
    static Event decode(ConsumerRecord<?, ?> record) {
        try {
            Headers headers = record.headers();
            return new Event(
                    UUID.fromString(value(headers, "ce_id")),
                    value(headers, "ce_type"),
                    value(headers, "ce_subject"),
                    Long.parseLong(value(headers, "ce_sequence")),
                    Long.parseLong(value(headers, "ce_resourceversion")),
                    Instant.parse(value(headers, "ce_time")),
                    new String(bytes(record), StandardCharsets.UTF_8),
                    0,
                    false,
                    TraceParent.sampledOrNull(find(headers, TRACEPARENT).orElse(null)));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return malformed(record, String.valueOf(e.getMessage()));
        }
    }

    private static byte[] bytes(ConsumerRecord<?, ?> record) {
        if (record.value() instanceof byte[] value) {
            return value;
        }
        throw new IllegalArgumentException("no value");
    }

    private static Event malformed(ConsumerRecord<?, ?> record, String error) {
        String recordId = "%s-%d@%d".formatted(record.topic(), record.partition(), record.offset());
        byte[] raw = record.value() instanceof byte[] value ? value : new byte[0];
        String hex = HexFormat.of().formatHex(raw, 0, Math.min(raw.length, MAX_RAW_BYTES));
        return new Event(
                UUID.nameUUIDFromBytes(recordId.getBytes(StandardCharsets.UTF_8)),
                Event.MALFORMED,
                recordId,
                record.offset() + 1,
                0,
                Instant.ofEpochMilli(Math.max(0, record.timestamp())),
                "{\"error\":\"%s\",\"value_hex\":\"%s\"}".formatted(error.replaceAll("[\"\\\\\\p{Cntrl}]", "'"), hex),
                0,
                false,
                null);
    }

    private static String value(Headers headers, String name) {
        return find(headers, name).orElseThrow(() -> new IllegalArgumentException("no header " + name));
    }

    private static Optional<String> find(Headers headers, String name) {
        return Optional.ofNullable(headers.lastHeader(name))
                .map(header -> new String(header.value(), StandardCharsets.UTF_8));
    }
}
