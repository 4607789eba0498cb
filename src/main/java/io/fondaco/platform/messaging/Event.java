package io.fondaco.platform.messaging;

import io.fondaco.platform.identity.TypeId;
import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that has happened and is committed.
 *
 * @param id the same each time that it arrives
 * @param type {@code order.placed}
 * @param subject the identifier of what it happened to
 * @param sequence counts the events of the subject, from 1, without gaps
 * @param version of the subject after it
 * @param time when it was told, to the microsecond
 * @param data JSON
 * @param attempts how often its listener has failed at it
 * @param parked whether it was put aside before, to be tried again
 * @param traceParent where in a trace it was told, as {@link io.fondaco.platform.tracing.TraceParent} writes it; null if nobody traces it
 */
public record Event(
        UUID id,
        String type,
        String subject,
        long sequence,
        long version,
        Instant time,
        String data,
        int attempts,
        boolean parked,
        @Nullable String traceParent) {

    public static final String PREFIX = "event";

    /** The type of what a broker delivered and is no event; its data is what it was. */
    static final String MALFORMED = "fondaco.malformed";

    /** Its identifier as the world is told: {@code event_01h…}. */
    public String publicId() {
        return TypeId.format(PREFIX, id);
    }

    Event withFailedAttempt() {
        return new Event(id, type, subject, sequence, version, time, data, attempts + 1, parked, traceParent);
    }

    /** Whether one of the patterns names its type: {@code order.placed}, {@code order.*}, {@code *}. */
    public boolean matches(Collection<String> patterns) {
        return patterns.stream().anyMatch(pattern -> matches(pattern, type));
    }

    /** Whether the pattern names the type: itself, {@code order.*} or {@code *}. */
    public static boolean matches(String pattern, String type) {
        if (pattern.equals("*") || pattern.equals(type)) {
            return true;
        }
        return pattern.endsWith(".*") && type.startsWith(pattern.substring(0, pattern.length() - 1));
    }
}
