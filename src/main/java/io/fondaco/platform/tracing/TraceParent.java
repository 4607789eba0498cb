package io.fondaco.platform.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place in a trace as text, to be stored or sent with what goes on later and elsewhere: {@code traceparent} of
 * <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>, of what is sampled only.
 */
public final class TraceParent {
    private static final Pattern SAMPLED = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    private static final int TRACE_ID_OFFSET = 3;
    private static final int SPAN_ID_OFFSET = 36;
    private static final int FLAGS_OFFSET = 53;

    private TraceParent() {}

    /** Where this thread is; null if that is not traced. */
    public static @Nullable String current() {
        SpanContext here = Span.current().getSpanContext();
        return here.isSampled() ? "00-%s-%s-01".formatted(here.getTraceId(), here.getSpanId()) : null;
    }

    /** What somebody else has written, if it is such a place; else null. */
    public static @Nullable String sampledOrNull(@Nullable String given) {
        return given != null && SAMPLED.matcher(given).matches() ? given : null;
    }

    /** Not remote: what we wrote down ourselves was sampled, and goes on to be. */
    static SpanContext toSpanContext(String written) {
        return SpanContext.create(
                written.substring(TRACE_ID_OFFSET, SPAN_ID_OFFSET - 1),
                written.substring(SPAN_ID_OFFSET, FLAGS_OFFSET - 1),
                TraceFlags.getSampled(),
                TraceState.getDefault());
    }
}
