package io.fondaco.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Who sees a product: shoppers see active ones only; a draft is not for sale yet, an archived one no longer. */
public enum ProductStatus {
    @JsonProperty("draft")
    DRAFT,
    @JsonProperty("active")
    ACTIVE,
    @JsonProperty("archived")
    ARCHIVED
}
