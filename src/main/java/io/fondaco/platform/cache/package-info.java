/**
 * Complete responses cached in every pod and never served stale: each knows the WAL position at which it was read, each
 * invalidation is published with the position of its commit, and a response that is older than an invalidation of one
 * of its tags is not served, regardless of which pod read it, from which server and when.
 */
@NullMarked
package io.fondaco.platform.cache;

import org.jspecify.annotations.NullMarked;
