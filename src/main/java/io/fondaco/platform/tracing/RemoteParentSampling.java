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
 * Which requests are traced is ours to say, whatever their {@code traceparent} says; the trace that it names is gone on with all the
 * same.
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
        if (!settings.followCallers()) {
            builder.addSamplerCustomizer((sampler, _) -> new RemoteParentSampler(sampler));
        }
    }

    /** Decides for requests from outside as if nobody had decided before, and not by an identifier that the caller has chosen. */
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
            return "Own{%s}".formatted(sampler.getDescription());
        }
    }
}
