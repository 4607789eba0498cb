package io.fondaco.catalog;

import static java.util.Objects.requireNonNullElse;

import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/**
 * A picture or film of a product.
 *
 * @param url where it is, absolute, by http or https
 * @param alt what it shows, in words; may be empty
 */
public record Media(@NotNull String url, @Nullable String alt) {
    public Media {
        // A request may leave it out.
        alt = requireNonNullElse(alt, "");
    }

    @Override
    public String alt() {
        return requireNonNullElse(alt, "");
    }
}
