package io.fondaco.platform.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.instrumentation.jdbc.datasource.JdbcTelemetry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Makes the parts of traces that no library makes for us. */
@ApplicationScoped
public class Tracing {
    private static final String INSTRUMENTATION = "io.fondaco";

    /** As many as anybody will follow. */
    private static final int MAX_LINKS = 32;

    private final OpenTelemetry telemetry;

    public Tracing(OpenTelemetry telemetry) {
        this.telemetry = telemetry;
    }

    static boolean isSampled() {
        return Span.current().getSpanContext().isSampled();
    }

    /** A part of what this thread does; nothing where that is not traced. */
    public TraceSpan startSpan(String name, SpanKind kind, Attributes attributes) {
        return isSampled() ? TraceSpan.of(builder(name, kind, attributes).startSpan()) : TraceSpan.NOOP;
    }

    /**
     * Goes on with what was begun before and elsewhere: in the trace of the first, linked to those of the others. Nothing where none
     * was traced.
     *
     * @param begun places in traces, as {@link TraceParent} writes them; null for what was not traced
     */
    public TraceSpan continueTrace(
            String name, SpanKind kind, Attributes attributes, Collection<@Nullable String> begun) {
        List<String> parents = begun.stream()
                .filter(Objects::nonNull)
                .distinct()
                .limit(MAX_LINKS)
                .toList();
        if (parents.isEmpty()) {
            return TraceSpan.NOOP;
        }
        Iterator<String> rest = parents.iterator();
        SpanBuilder span = builder(name, kind, attributes)
                .setParent(Context.root().with(Span.wrap(TraceParent.toSpanContext(rest.next()))));
        rest.forEachRemaining(other -> span.addLink(TraceParent.toSpanContext(other)));
        return TraceSpan.of(span.startSpan());
    }

    /** The connections of a pool, whose statements show in the traces of who uses them: as they were prepared, without values. */
    public TracedPool tracePool(DataSource pool) {
        return new TracedPool(pool, this::wrap);
    }

    private DataSource wrap(DataSource pool) {
        return JdbcTelemetry.builder(telemetry)
                .setTransactionInstrumenterEnabled(true)
                .build()
                .wrap(pool);
    }

    private SpanBuilder builder(String name, SpanKind kind, Attributes attributes) {
        return telemetry
                .getTracer(INSTRUMENTATION)
                .spanBuilder(name)
                .setSpanKind(kind)
                .setAllAttributes(attributes);
    }
}
