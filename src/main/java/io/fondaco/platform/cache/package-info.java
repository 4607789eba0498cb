/**
 * Finished answers kept in every pod, and never shown when they are no longer true: each knows the position of the
 * database that it was read at, each change is told with the position of its commit, and what is older than a change
 * that concerns it is not served, whoever read it, from wherever, whenever.
 */
@NullMarked
package io.fondaco.platform.cache;

import org.jspecify.annotations.NullMarked;
