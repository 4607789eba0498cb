/** Common parts of all REST responses: problem+json, request ids, ETags, limits on request bodies. */
@NullMarked
package io.fondaco.platform.web;

import org.jspecify.annotations.NullMarked;
