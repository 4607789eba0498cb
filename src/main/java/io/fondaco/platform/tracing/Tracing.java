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

/** Creates the spans that no library creates for us. */
@ApplicationScoped
public class Tracing {
    private static final String INSTRUMENTATION = "io.fondaco";

    /** Maximum number of links of a span; more are of no use to a reader. */
    private static final int MAX_LINKS = 32;

    private final OpenTelemetry telemetry;

    public Tracing(OpenTelemetry telemetry) {
        this.telemetry = telemetry;
    }

    static boolean isSampled() {
        return Span.current().getSpanContext().isSampled();
    }

    /** Starts a span of the current trace; a no-op if the thread is not traced. */
    public TraceSpan startSpan(String name, SpanKind kind, Attributes attributes) {
        return isSampled() ? TraceSpan.of(builder(name, kind, attributes).startSpan()) : TraceSpan.NOOP;
    }

    /**
     * Starts a span that continues work from earlier or elsewhere: in the trace of the first parent, linked to the
     * others. A no-op if none was traced.
     *
     * @param parents trace parents as {@link TraceParent} formats them; null for work that was not traced
     */
    public TraceSpan continueTrace(
            String name, SpanKind kind, Attributes attributes, Collection<@Nullable String> parents) {
        List<String> distinctParents = parents.stream()
                .filter(Objects::nonNull)
                .distinct()
                .limit(MAX_LINKS)
                .toList();
        if (distinctParents.isEmpty()) {
            return TraceSpan.NOOP;
        }
        Iterator<String> rest = distinctParents.iterator();
        SpanBuilder span = builder(name, kind, attributes)
                .setParent(Context.root().with(Span.wrap(TraceParent.toSpanContext(rest.next()))));
        rest.forEachRemaining(other -> span.addLink(TraceParent.toSpanContext(other)));
        return TraceSpan.of(span.startSpan());
    }

    /**
     * Wraps a pool so that its statements appear in the traces of their callers, as they were prepared, without values.
     */
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
