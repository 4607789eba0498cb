package io.fondaco.platform.topology;

import io.fondaco.platform.tracing.Tracing;

/** What is measured and traced of the connections of a pool. */
record PoolInstrumentation(ConnectionHoldTimer holdTimer, SlowStatements slowStatements, Tracing tracing) {}
