package io.fondaco.platform.jobs;

/** The lease of a job that this pod runs. The fencing token distinguishes it from all later leases of the job. */
record JobLease(String name, long fencingToken) {}
