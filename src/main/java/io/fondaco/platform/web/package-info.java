/** What every REST answer has in common: problem+json, request ids, entity tags, limits on what is read. */
@NullMarked
package io.fondaco.platform.web;

import org.jspecify.annotations.NullMarked;
