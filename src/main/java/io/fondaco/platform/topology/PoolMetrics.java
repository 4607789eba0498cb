package io.fondaco.platform.topology;

import io.fondaco.platform.tracing.Tracing;

/** What is measured and traced of the connections of a pool. */
record PoolMetrics(HoldTimes holdTimes, SlowStatements slowStatements, Tracing tracing) {}
