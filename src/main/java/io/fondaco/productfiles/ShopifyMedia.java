package io.fondaco.productfiles;

import static io.fondaco.productfiles.ShopifyColumns.IMAGE;
import static io.fondaco.productfiles.ShopifyColumns.IMAGE_ALT;
import static io.fondaco.productfiles.ShopifyColumns.IMAGE_POSITION;

import io.fondaco.catalog.Media;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Collects the images in the rows of a product: each once, ordered by position, then by row. */
final class ShopifyMedia {
    static final String INVALID_IMAGE = "invalid_image";
    private static final long MAX_POSITION = 100_000;
    private static final Pattern IMAGE_URL = Pattern.compile("(?i)(https?:)?//\\S+");

    private final List<PositionedImage> images = new ArrayList<>();
    private final List<RowError> warnings = new ArrayList<>();

    /** Rejects a row whose position is not a number. */
    static void validatePosition(RowReader row) throws InvalidCell {
        position(row);
    }

    void add(RowReader row) throws InvalidCell {
        if (!row.isEmpty(IMAGE)) {
            String alt = row.text(IMAGE_ALT);
            if (!isImageUrl(row.trimmedText(IMAGE))) {
                warnings.add(row.invalidCell(
                                IMAGE, INVALID_IMAGE, "'%s' is not the URL of one image", row.trimmedText(IMAGE))
                        .error());
            }
            images.add(new PositionedImage(
                    position(row).orElse(MAX_POSITION), new Media(row.trimmedText(IMAGE), alt == null ? "" : alt)));
        }
    }

    /** Each image once, ordered by position. */
    List<Media> images() {
        Map<String, Media> byUrl = new LinkedHashMap<>();
        images.stream()
                .sorted(Comparator.comparingLong(PositionedImage::position))
                .forEach(positionedImage ->
                        byUrl.putIfAbsent(positionedImage.media().url(), positionedImage.media()));
        return List.copyOf(byUrl.values());
    }

    /** Warnings about rows whose image cell is not one valid URL. */
    List<RowError> warnings() {
        return warnings;
    }

    /**
     * The images of a product after the import: those of the file that have a valid URL or existed before, and those of
     * variants, which are images of the product as well.
     *
     * @param variantImages new images of variants
     * @param existing images that the product has
     */
    static List<Media> merge(List<Media> fileImages, List<String> variantImages, List<Media> existing) {
        Set<String> existingUrls = existing.stream().map(Media::url).collect(Collectors.toSet());
        Map<String, Media> byUrl = new LinkedHashMap<>();
        for (Media image : fileImages) {
            if (isImageUrl(image.url()) || existingUrls.contains(image.url())) {
                byUrl.putIfAbsent(image.url(), image);
            }
        }
        for (String url : variantImages) {
            if (isImageUrl(url)) {
                byUrl.putIfAbsent(url, new Media(url, ""));
            }
        }
        return List.copyOf(byUrl.values());
    }

    static boolean isImageUrl(String url) {
        return IMAGE_URL.matcher(url).matches() && !url.contains(",http");
    }

    private static Optional<Long> position(RowReader row) throws InvalidCell {
        return row.units(IMAGE_POSITION, 0, MAX_POSITION);
    }

    private record PositionedImage(long position, Media media) {}
}
