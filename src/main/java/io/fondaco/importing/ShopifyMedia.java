package io.fondaco.importing;

import static io.fondaco.importing.ShopifyColumns.IMAGE;
import static io.fondaco.importing.ShopifyColumns.IMAGE_ALT;
import static io.fondaco.importing.ShopifyColumns.IMAGE_POSITION;

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

/** Gathers the pictures that the rows of a product name: each once, by position, then as they come. */
final class ShopifyMedia {
    static final String INVALID_IMAGE = "invalid_image";
    private static final long MAX_POSITION = 100_000;
    private static final Pattern IMAGE_URL = Pattern.compile("(?i)(https?:)?//\\S+");

    private final List<PositionedImage> images = new ArrayList<>();
    private final List<RowError> warnings = new ArrayList<>();

    /** Refuses a row whose position is no number. */
    static void validatePosition(RowReader row) throws InvalidCell {
        position(row);
    }

    void add(RowReader row) throws InvalidCell {
        if (!row.isEmpty(IMAGE)) {
            String alt = row.text(IMAGE_ALT);
            if (!isImageUrl(row.trimmedText(IMAGE))) {
                warnings.add(row.invalidCell(
                                IMAGE, INVALID_IMAGE, "'%s' is not the address of one picture", row.trimmedText(IMAGE))
                        .error());
            }
            images.add(new PositionedImage(
                    position(row).orElse(MAX_POSITION), new Media(row.trimmedText(IMAGE), alt == null ? "" : alt)));
        }
    }

    /** Each picture once, by position. */
    List<Media> images() {
        Map<String, Media> byUrl = new LinkedHashMap<>();
        images.stream()
                .sorted(Comparator.comparingLong(PositionedImage::position))
                .forEach(positionedImage ->
                        byUrl.putIfAbsent(positionedImage.media().url(), positionedImage.media()));
        return List.copyOf(byUrl.values());
    }

    /** Rows whose picture has no address, or several in one cell. */
    List<RowError> warnings() {
        return warnings;
    }

    /**
     * The pictures of a product: those of the file that have an address, or were there before, and those of variants, which are
     * pictures of the product as well.
     *
     * @param ofVariants pictures that variants come to have
     * @param before pictures of the product
     */
    static List<Media> merge(List<Media> pictures, List<String> ofVariants, List<Media> before) {
        Set<String> known = before.stream().map(Media::url).collect(Collectors.toSet());
        Map<String, Media> byUrl = new LinkedHashMap<>();
        for (Media picture : pictures) {
            if (isImageUrl(picture.url()) || known.contains(picture.url())) {
                byUrl.putIfAbsent(picture.url(), picture);
            }
        }
        for (String url : ofVariants) {
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
