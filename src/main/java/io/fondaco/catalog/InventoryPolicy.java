package io.fondaco.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens when a tracked variant has run out. */
public enum InventoryPolicy {
    /** It cannot be bought. */
    @JsonProperty("deny")
    DENY,
    /** It is sold all the same. */
    @JsonProperty("continue")
    CONTINUE
}
