/** Answers of other systems that a shopper waits for: kept in the pod, and fetched outside of transactions. */
@NullMarked
package io.fondaco.platform.remote;

import org.jspecify.annotations.NullMarked;
