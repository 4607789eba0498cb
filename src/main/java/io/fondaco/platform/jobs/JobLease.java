package io.fondaco.platform.jobs;

/** A job that this pod runs; the fence tells its lease from all later ones. */
record JobLease(String name, long fencingToken) {}
