package io.fondaco.platform.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;

/** A span, from its creation until it is closed by the same thread. */
public final class TraceSpan implements AutoCloseable {
    /** The span of work that is not traced. */
    static final TraceSpan NOOP = new TraceSpan(Span.getInvalid(), Scope.noop());

    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    private final Span span;
    private final Scope scope;

    private TraceSpan(Span span, Scope scope) {
        this.span = span;
        this.scope = scope;
    }

    /** The scope is closed together with the returned span. */
    @SuppressWarnings("MustBeClosedChecker")
    static TraceSpan of(Span span) {
        return new TraceSpan(span, span.makeCurrent());
    }

    /**
     * Marks the span as failed. Only the type of the exception is recorded, never its message, which may contain
     * confidential data.
     */
    public void recordError(Throwable error) {
        recordError(error.getClass().getSimpleName());
    }

    /** @param error one of a small set of values */
    public void recordError(String error) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute(ERROR_TYPE, error);
    }

    @Override
    public void close() {
        scope.close();
        span.end();
    }
}
