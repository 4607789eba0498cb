/**
 * The database of a developer machine: a real Postgres primary and a real streaming replica, run by the application
 * itself.
 */
@NullMarked
package io.fondaco.platform.embedded;

import org.jspecify.annotations.NullMarked;
