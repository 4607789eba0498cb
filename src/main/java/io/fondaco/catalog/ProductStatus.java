package io.fondaco.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Shoppers see only active products; a draft is not for sale yet, an archived product no longer. */
public enum ProductStatus {
    @JsonProperty("draft")
    DRAFT,
    @JsonProperty("active")
    ACTIVE,
    @JsonProperty("archived")
    ARCHIVED
}
