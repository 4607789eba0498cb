/**
 * Distributed tracing with OpenTelemetry: from the request through its statements and its payment provider to the
 * listeners of the events that it published ({@code docs/monitoring.md}). Off by default; when it is on, only sampled
 * requests cost anything.
 */
@NullMarked
package io.fondaco.platform.tracing;

import org.jspecify.annotations.NullMarked;
