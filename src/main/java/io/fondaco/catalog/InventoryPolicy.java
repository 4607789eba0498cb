package io.fondaco.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a tracked variant is sold when it is out of stock. */
public enum InventoryPolicy {
    /** It is not sold. */
    @JsonProperty("deny")
    DENY,
    /** It is sold nevertheless. */
    @JsonProperty("continue")
    CONTINUE
}
