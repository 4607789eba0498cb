/**
 * The parts that one and the same image can play, pod by pod: {@code fondaco.roles}. What belongs to a part that a pod does not
 * play is not there on it: its paths answer 404, its contract does not name them, its jobs do not run. Calls between
 * modules stay what they are.
 */
@NullMarked
package io.fondaco.platform.roles;

import org.jspecify.annotations.NullMarked;
