package io.fondaco.platform.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The position in a trace as text, to be stored or sent for later or remote work: {@code traceparent} of <a
 * href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>, for sampled traces only.
 */
public final class TraceParent {
    private static final Pattern SAMPLED = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    private static final int TRACE_ID_OFFSET = 3;
    private static final int SPAN_ID_OFFSET = 36;
    private static final int FLAGS_OFFSET = 53;

    private TraceParent() {}

    /** Returns the trace parent of this thread; null if it is not sampled. */
    public static @Nullable String current() {
        SpanContext spanContext = Span.current().getSpanContext();
        return spanContext.isSampled()
                ? "00-%s-%s-01".formatted(spanContext.getTraceId(), spanContext.getSpanId())
                : null;
    }

    /** Returns the given text if it is the trace parent of a sampled trace; else null. */
    public static @Nullable String sampledOrNull(@Nullable String given) {
        return given != null && SAMPLED.matcher(given).matches() ? given : null;
    }

    /** Returns a span context that is not remote: the text is our own and sampled, so sampling continues. */
    static SpanContext toSpanContext(String traceParent) {
        return SpanContext.create(
                traceParent.substring(TRACE_ID_OFFSET, SPAN_ID_OFFSET - 1),
                traceParent.substring(SPAN_ID_OFFSET, FLAGS_OFFSET - 1),
                TraceFlags.getSampled(),
                TraceState.getDefault());
    }
}
