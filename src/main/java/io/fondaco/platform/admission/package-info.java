/**
 * When more come than can be served, they stand in line: a bounded number is served at a time, some wait, in the order in
 * which they first came, and the rest are told at once, truthfully, how many are before them and when to ask again.
 */
@NullMarked
package io.fondaco.platform.admission;

import org.jspecify.annotations.NullMarked;
