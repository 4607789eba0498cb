package io.fondaco.platform.tracing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import io.quarkus.arc.Unremovable;
import io.quarkus.opentelemetry.runtime.AutoConfiguredOpenTelemetrySdkBuilderCustomizer;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Decides itself which requests are traced, whatever the sampled flag of their {@code traceparent} says; the trace that
 * it names is still continued.
 */
@Singleton
@Unremovable
class RemoteParentSampling implements AutoConfiguredOpenTelemetrySdkBuilderCustomizer {
    private final TracingSettings settings;

    RemoteParentSampling(TracingSettings settings) {
        this.settings = settings;
    }

    @Override
    public void customize(AutoConfiguredOpenTelemetrySdkBuilder builder) {
        if (!settings.acceptCallerSampling()) {
            builder.addSamplerCustomizer((sampler, _) -> new RemoteParentSampler(sampler));
        }
    }

    /** Samples remote requests as if they had no parent, and not by a trace id that the caller chose. */
    record RemoteParentSampler(Sampler sampler) implements Sampler {
        @Override
        public SamplingResult shouldSample(
                Context parent,
                String traceId,
                String name,
                SpanKind kind,
                Attributes attributes,
                List<LinkData> links) {
            return Span.fromContext(parent).getSpanContext().isRemote()
                    ? sampler.shouldSample(
                            Context.root(), IdGenerator.random().generateTraceId(), name, kind, attributes, links)
                    : sampler.shouldSample(parent, traceId, name, kind, attributes, links);
        }

        @Override
        public String getDescription() {
            return "RemoteParentSampler{%s}".formatted(sampler.getDescription());
        }
    }
}
