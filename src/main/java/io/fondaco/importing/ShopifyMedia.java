package io.fondaco.importing;

import static io.fondaco.importing.ShopifyColumns.IMAGE;
import static io.fondaco.importing.ShopifyColumns.IMAGE_ALT;
import static io.fondaco.importing.ShopifyColumns.IMAGE_POSITION;

import io.fondaco.catalog.Media;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.VariantDraft;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gathers the pictures that the rows of a product name: each once, by position, then as they come. */
final class ShopifyMedia {
    private static final long MAX_POSITION = 100_000;

    private final List<Placed> pictures = new ArrayList<>();

    /** Refuses a row whose position is no number. */
    static void check(RowReader row) throws BadCell {
        position(row);
    }

    void add(RowReader row) throws BadCell {
        if (!row.isEmpty(IMAGE)) {
            String alt = row.text(IMAGE_ALT);
            pictures.add(
                    new Placed(position(row).orElse(MAX_POSITION), new Media(row.word(IMAGE), alt == null ? "" : alt)));
        }
    }

    /** The pictures of variants are pictures of the product as well. */
    ProductDraft into(ProductDraft product, List<VariantDraft> variants) {
        Map<String, Media> byUrl = new LinkedHashMap<>();
        pictures.stream()
                .sorted(Comparator.comparingLong(Placed::position))
                .forEach(placed -> byUrl.putIfAbsent(placed.media().url(), placed.media()));
        for (VariantDraft variant : variants) {
            String url = variant.imageUrl();
            if (url != null && !url.isEmpty()) {
                byUrl.putIfAbsent(url, new Media(url, ""));
            }
        }
        return new ProductDraft(
                product.slug(),
                product.title(),
                product.description(),
                product.vendor(),
                product.productType(),
                product.status(),
                product.tags(),
                product.categories(),
                product.options(),
                List.copyOf(byUrl.values()),
                product.seoTitle(),
                product.seoDescription(),
                product.attributes(),
                product.variants());
    }

    private static Optional<Long> position(RowReader row) throws BadCell {
        return row.units(IMAGE_POSITION, 0, MAX_POSITION);
    }

    private record Placed(long position, Media media) {}
}
