package io.fondaco.platform.topology;

import io.fondaco.platform.tracing.Tracing;

/** Metrics and tracing of a pool's connections. */
record PoolInstrumentation(ConnectionHoldTimer holdTimer, SlowStatements slowStatements, Tracing tracing) {}
