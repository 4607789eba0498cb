/**
 * The roles that pods of the same image can have: {@code fondaco.roles}. Everything of a role that a pod does not have
 * is absent on it: its paths answer 404, the pod's OpenAPI document does not contain them, and its jobs do not run.
 * Calls between modules are not affected.
 */
@NullMarked
package io.fondaco.platform.roles;

import org.jspecify.annotations.NullMarked;
