/** Typed, time-ordered identifiers (TypeID: a prefix and a UUIDv7) and the secrets that go with them. */
@NullMarked
package io.fondaco.platform.identity;

import org.jspecify.annotations.NullMarked;
