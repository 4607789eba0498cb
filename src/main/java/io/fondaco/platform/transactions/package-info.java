/** What belongs to a transaction beside its statements: what is done once it has committed, and doing it anew when it was lost to another. */
@NullMarked
package io.fondaco.platform.transactions;

import org.jspecify.annotations.NullMarked;
