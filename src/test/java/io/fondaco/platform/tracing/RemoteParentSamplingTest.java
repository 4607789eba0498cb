package io.fondaco.platform.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The sampled flag of a remote caller neither enables nor prevents tracing. */
class RemoteParentSamplingTest {
    private static final String SPAN = "00f067aa0ba902b7";

    /** A trace id that every ratio above 0 samples, as a caller would choose it to be traced. */
    private static final String LOW_TRACE = "4bf92f3577b34da60000000000000001";

    @Test
    void remoteRequestsAreSampledByOurRatioRegardlessOfTheirFlag() {
        Sampler sampler = localSampler(0.5);
        for (TraceFlags flags : List.of(TraceFlags.getSampled(), TraceFlags.getDefault())) {
            SpanContext remoteParent =
                    SpanContext.createFromRemoteParent(LOW_TRACE, SPAN, flags, TraceState.getDefault());
            assertThat(IntStream.range(0, 1_000)
                            .filter(_ -> isSampled(sampler, remoteParent))
                            .count())
                    .as("sampled of 1,000 requests with flags %s", flags)
                    .isBetween(400L, 600L);
        }
    }

    @Test
    void localParentKeepsItsSamplingDecision() {
        Sampler never = localSampler(0);
        assertThat(isSampled(never, TraceParent.toSpanContext("00-" + LOW_TRACE + "-" + SPAN + "-01")))
                .isTrue();
        assertThat(isSampled(
                        localSampler(1),
                        SpanContext.create(LOW_TRACE, SPAN, TraceFlags.getDefault(), TraceState.getDefault())))
                .isFalse();
        assertThat(isSampled(never, SpanContext.getInvalid())).isFalse();
    }

    @Test
    void onlyACompleteSampledTraceParentIsAccepted() {
        String sampled = "00-" + LOW_TRACE + "-" + SPAN + "-01";
        assertThat(TraceParent.sampledOrNull(sampled)).isEqualTo(sampled);
        assertThat(TraceParent.toSpanContext(sampled).getTraceId()).isEqualTo(LOW_TRACE);
        assertThat(TraceParent.toSpanContext(sampled).getSpanId()).isEqualTo(SPAN);
        assertThat(TraceParent.sampledOrNull(sampled.replace("-01", "-00"))).isNull();
        assertThat(TraceParent.sampledOrNull(sampled + "; DROP TABLE")).isNull();
        assertThat(TraceParent.sampledOrNull(null)).isNull();
    }

    private static Sampler localSampler(double ratio) {
        return new RemoteParentSampling.RemoteParentSampler(Sampler.parentBased(Sampler.traceIdRatioBased(ratio)));
    }

    private static boolean isSampled(Sampler sampler, SpanContext parent) {
        return sampler.shouldSample(
                                Context.root().with(Span.wrap(parent)),
                                parent.isValid() ? parent.getTraceId() : "ffffffffffffffffffffffffffffffff",
                                "GET /",
                                SpanKind.SERVER,
                                Attributes.empty(),
                                List.of())
                        .getDecision()
                == SamplingDecision.RECORD_AND_SAMPLE;
    }
}
