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

/** Who calls says neither that a request is traced nor that it is not. */
class RemoteParentSamplingTest {
    private static final String SPAN = "00f067aa0ba902b7";

    /** Below every ratio but 0: what somebody would choose who wants to be traced. */
    private static final String LOW_TRACE = "4bf92f3577b34da60000000000000001";

    @Test
    void strangersAreTracedAsOftenAsAnybodyWhateverTheySay() {
        Sampler sampler = localSampler(0.5);
        for (TraceFlags said : List.of(TraceFlags.getSampled(), TraceFlags.getDefault())) {
            SpanContext stranger = SpanContext.createFromRemoteParent(LOW_TRACE, SPAN, said, TraceState.getDefault());
            assertThat(IntStream.range(0, 1_000)
                            .filter(_ -> isSampled(sampler, stranger))
                            .count())
                    .as("of 1,000 who say %s", said)
                    .isBetween(400L, 600L);
        }
    }

    @Test
    void whatWeHaveBegunGoesOnAsItBegan() {
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
    void onlyAWholePlaceInASampledTraceIsAccepted() {
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
