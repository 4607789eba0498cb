/**
 * Overload protection: a bounded number of requests is served at a time, others wait in the order of their first
 * arrival, and the rest are rejected immediately with the number of requests ahead and the time of the next attempt.
 */
@NullMarked
package io.fondaco.platform.admission;

import org.jspecify.annotations.NullMarked;
