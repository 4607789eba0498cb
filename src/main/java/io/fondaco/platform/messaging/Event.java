package io.fondaco.platform.messaging;

import io.fondaco.platform.identity.TypeId;
import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A committed fact about a subject.
 *
 * @param id the same in every delivery
 * @param type for example {@code order.placed}
 * @param subject the identifier of the entity that the event is about
 * @param sequence the number of the event among those of its subject, from 1, without gaps
 * @param version the version of the subject after the event
 * @param time the time of publication, to the microsecond
 * @param data JSON
 * @param attempts how often its listener has failed at it
 * @param parked whether it comes from the retry queue
 * @param traceParent the trace in which it was published, in the format of {@link
 *     io.fondaco.platform.tracing.TraceParent}; null if it is not traced
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

    /** The type of a record from the broker that is not a valid event. The data holds the error and the raw value. */
    static final String MALFORMED = "fondaco.malformed";

    /** The identifier in the public format: {@code event_01h…}. */
    public String publicId() {
        return TypeId.format(PREFIX, id);
    }

    Event withFailedAttempt() {
        return new Event(id, type, subject, sequence, version, time, data, attempts + 1, parked, traceParent);
    }

    /** Whether one of the patterns matches the type of the event: {@code order.placed}, {@code order.*}, {@code *}. */
    public boolean matches(Collection<String> patterns) {
        return patterns.stream().anyMatch(pattern -> matches(pattern, type));
    }

    /** Whether a pattern matches a type: the type itself, {@code order.*} or {@code *}. */
    public static boolean matches(String pattern, String type) {
        if (pattern.equals("*") || pattern.equals(type)) {
            return true;
        }
        return pattern.endsWith(".*") && type.startsWith(pattern.substring(0, pattern.length() - 1));
    }
}
