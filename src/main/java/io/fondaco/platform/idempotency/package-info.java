/** A request with an Idempotency-Key takes effect once; its stored response commits together with the effect. */
@NullMarked
package io.fondaco.platform.idempotency;

import org.jspecify.annotations.NullMarked;
