package io.fondaco.catalog;

import static java.util.Objects.requireNonNullElse;

import jakarta.validation.constraints.NotNull;

/**
 * A picture or film of a product.
 *
 * @param url where it is, absolute, by http or https
 * @param alt what it shows, in words; may be empty
 */
public record Media(@NotNull String url, String alt) {
    public Media {
        // A request may leave it out.
        alt = requireNonNullElse(alt, "");
    }
}
