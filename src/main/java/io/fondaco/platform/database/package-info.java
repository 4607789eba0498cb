/**
 * Routes each request to the primary or to a replica by declaration, keeps reads consistent by tokens, and selects the
 * configured servers or the embedded cluster at start.
 */
@NullMarked
package io.fondaco.platform.database;

import org.jspecify.annotations.NullMarked;
