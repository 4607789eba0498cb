package io.fondaco.platform.topology;

/** What is measured of the connections of a pool. */
record PoolMetrics(HoldTimes holdTimes, SlowStatements slowStatements) {}
