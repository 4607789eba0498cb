package io.fondaco.platform.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;

/** A part of a trace, from its making until it is closed by the same thread. */
public final class TraceSpan implements AutoCloseable {
    /** What is not traced. */
    static final TraceSpan NOOP = new TraceSpan(Span.getInvalid(), Scope.noop());

    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    private final Span span;
    private final Scope scope;

    private TraceSpan(Span span, Scope scope) {
        this.span = span;
        this.scope = scope;
    }

    /** Closed with what is made here. */
    @SuppressWarnings("MustBeClosedChecker")
    static TraceSpan of(Span span) {
        return new TraceSpan(span, span.makeCurrent());
    }

    /** It came to nothing. The kind is told, never the words: they may hold what is nobody's business. */
    public void recordError(Throwable why) {
        recordError(why.getClass().getSimpleName());
    }

    /** @param why a word out of few */
    public void recordError(String why) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute(ERROR_TYPE, why);
    }

    @Override
    public void close() {
        scope.close();
        span.end();
    }
}
