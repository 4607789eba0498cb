/**
 * The database as every module sees it: two routes (primary and replica) chosen by declaration, migrations per module,
 * and the embedded cluster of a laptop.
 */
@NullMarked
package io.fondaco.platform.database;

import org.jspecify.annotations.NullMarked;
