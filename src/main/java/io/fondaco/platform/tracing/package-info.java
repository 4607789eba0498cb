/**
 * Where the time of a request goes, told by OpenTelemetry: from the call through its statements and its payment provider to what
 * listeners make of the events that it told ({@code docs/monitoring.md}). Off unless it is switched on; then only what is sampled
 * costs anything.
 */
@NullMarked
package io.fondaco.platform.tracing;

import org.jspecify.annotations.NullMarked;
