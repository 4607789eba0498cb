package io.fondaco.catalog;

import static java.util.Objects.requireNonNullElse;

import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/**
 * An image or video of a product.
 *
 * @param url absolute URL, http or https
 * @param alt alternative text; may be empty
 */
public record Media(@NotNull String url, @Nullable String alt) {
    public Media {
        // A request may omit it.
        alt = requireNonNullElse(alt, "");
    }

    @Override
    public String alt() {
        return requireNonNullElse(alt, "");
    }
}
