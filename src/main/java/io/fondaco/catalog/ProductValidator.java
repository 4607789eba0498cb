package io.fondaco.catalog;

import io.fondaco.catalog.Catalog.ProductCodes;
import io.fondaco.catalog.ProductUpsertResult.ValidationError;
import io.fondaco.platform.web.UnicodeText;
import io.fondaco.platform.web.Violation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Validates products and variants; bounds are in characters or entries. */
final class ProductValidator {
    private static final Pattern SLUG =
            Pattern.compile("[\\p{Ll}\\p{Lo}\\p{N}](?:[\\p{Ll}\\p{Lo}\\p{Mn}\\p{N}_-]{0,254})");
    private static final Pattern SKU = Pattern.compile("\\P{Cntrl}{1,255}");
    private static final Pattern HTTP_URL = Pattern.compile("(?i:https?)://[^\\s/?#]\\S*");
    private static final int MAX_SHORT_TEXT = 255;
    private static final int MAX_DESCRIPTION = 200_000;
    private static final int MAX_MEDIA = 250;
    private static final int MAX_TAGS = 250;
    private static final int MAX_OPTIONS = 3;
    private static final int MAX_CATEGORIES = 100;
    private static final int MAX_ATTRIBUTES = 250;
    private static final int MAX_ATTRIBUTE = 20_000;
    private static final int MAX_URL = 2_000;
    static final int MAX_VARIANTS = 2_048;
    static final int MAX_MILLIMETERS = 100_000_000;

    private ProductValidator() {}

    /** The first error of a product in its new state. */
    static Optional<ValidationError> validate(Product product, List<List<String>> categories) {
        if (!SLUG.matcher(product.slug()).matches()) {
            return error(
                    "slug",
                    "invalid_slug",
                    "A slug has lower-case letters, digits, - and _, at most 255 characters",
                    product.slug());
        }
        if (!UnicodeText.normalizeNfc(product.slug()).equals(product.slug())) {
            return error("slug", "invalid_slug", "A slug must be in Unicode Normalization Form C", product.slug());
        }
        if (ProductId.matches(product.slug())) {
            return error("slug", "invalid_slug", "A slug must not look like a product id", product.slug());
        }
        if (product.title().isBlank()) {
            return error("title", "required", "A product needs a title", "");
        }
        return shortText("title", product.title())
                .or(() -> shortText("vendor", product.vendor()))
                .or(() -> shortText("product_type", product.productType()))
                .or(() -> text("description", product.description(), MAX_DESCRIPTION))
                .or(() -> shortText("seo_title", product.seoTitle()))
                .or(() -> text("seo_description", product.seoDescription(), MAX_ATTRIBUTE))
                .or(() -> shortTexts("tags", product.tags(), MAX_TAGS))
                .or(() -> shortTexts("options", product.options(), MAX_OPTIONS))
                .or(() -> duplicate("options", product.options()))
                .or(() -> media(product.media()))
                .or(() -> categories(categories))
                .or(() -> code("tax_category", "invalid_tax_category", product.taxCategory()))
                .or(() -> code("shipping_profile", "invalid_shipping_profile", product.shippingProfile()))
                .or(() -> attributes(product.attributes()));
    }

    /** The first error of a variant in its new state. */
    static Optional<ValidationError> validate(Product.Variant variant, int options) {
        if (!SKU.matcher(variant.sku()).matches() || !variant.sku().strip().equals(variant.sku())) {
            return error(
                    "sku",
                    "invalid_sku",
                    "A SKU has 1 to 255 printable characters and no surrounding white space",
                    variant.sku());
        }
        if (variant.optionValues().size() != options) {
            return error(
                    "option_values",
                    "option_count",
                    "The product has %d options, the variant %d values"
                            .formatted(options, variant.optionValues().size()),
                    String.join(" / ", variant.optionValues()));
        }
        if (variant.optionValues().stream().anyMatch(String::isBlank)) {
            return error("option_values", "required", "An option value must not be empty", "");
        }
        if (variant.weightGrams() < 0 || variant.weightGrams() > 1_000_000_000_000L) {
            return error(
                    "weight_grams", "out_of_range", "A weight is 0 g or more", Long.toString(variant.weightGrams()));
        }
        return shortTexts("option_values", variant.optionValues(), MAX_OPTIONS)
                .or(() -> shortText("barcode", variant.barcode()))
                .or(() -> text("image_url", variant.imageUrl(), MAX_URL))
                .or(() -> variant.imageUrl().isEmpty() ? Optional.empty() : httpUrl("image_url", variant.imageUrl()))
                .or(() -> length("length_mm", variant.lengthMm()))
                .or(() -> length("width_mm", variant.widthMm()))
                .or(() -> length("height_mm", variant.heightMm()))
                .or(() -> code("tax_category", "invalid_tax_category", variant.taxCategory()))
                .or(() -> attributes(variant.attributes()));
    }

    /**
     * Codes that drafts give to products and variants, but that do not exist. A code that a stored product already has
     * is accepted, so that the removal of a tax category does not prevent other changes.
     */
    record UnknownCodes(Set<String> taxCategories, Set<String> shippingProfiles) {
        static final UnknownCodes NONE = new UnknownCodes(Set.of(), Set.of());

        UnknownCodes {
            taxCategories = Set.copyOf(taxCategories);
            shippingProfiles = Set.copyOf(shippingProfiles);
        }

        /**
         * Asks only about codes that stored products and variants do not have yet.
         *
         * @param stored products by slug
         */
        static UnknownCodes of(ProductCodes codes, List<ProductDraft> drafts, Map<String, Product> stored) {
            Set<String> taxCategories = new HashSet<>();
            Set<String> shippingProfiles = new HashSet<>();
            for (ProductDraft draft : drafts) {
                Product product = stored.get(draft.slug());
                addNew(taxCategories, draft.taxCategory(), product == null ? null : product.taxCategory());
                addNew(shippingProfiles, draft.shippingProfile(), product == null ? null : product.shippingProfile());
                Map<String, Product.Variant> variants = new HashMap<>();
                if (product != null) {
                    product.variants().forEach(variant -> variants.put(variant.sku(), variant));
                }
                for (VariantDraft draftVariant : draft.variants()) {
                    Product.Variant variant = variants.get(draftVariant.sku());
                    addNew(taxCategories, draftVariant.taxCategory(), variant == null ? null : variant.taxCategory());
                }
            }
            taxCategories.removeAll(Set.of(Product.STANDARD_TAX_CATEGORY, SellableVariant.TAX_EXEMPT));
            shippingProfiles.remove(Product.DEFAULT_SHIPPING_PROFILE);
            return new UnknownCodes(
                    taxCategories.isEmpty() ? Set.of() : codes.unknownTaxCategories(taxCategories),
                    shippingProfiles.isEmpty() ? Set.of() : codes.unknownShippingProfiles(shippingProfiles));
        }

        private static void addNew(Set<String> codes, @Nullable String code, @Nullable String stored) {
            if (code != null && !code.equals(stored) && ProductCodes.isCode(code)) {
                codes.add(code);
            }
        }

        Optional<ValidationError> validate(Product product, Optional<Product> stored) {
            return unknownTaxCategory(
                            product.taxCategory(),
                            stored.map(Product::taxCategory).orElse(null))
                    .or(() -> shippingProfiles.contains(product.shippingProfile())
                                    && stored.filter(
                                                    row -> row.shippingProfile().equals(product.shippingProfile()))
                                            .isEmpty()
                            ? error(
                                    "shipping_profile",
                                    "unknown_shipping_profile",
                                    "There is no such shipping profile",
                                    product.shippingProfile())
                            : Optional.empty());
        }

        Optional<ValidationError> validate(Product.Variant variant, Product.@Nullable Variant stored) {
            return unknownTaxCategory(variant.taxCategory(), stored == null ? null : stored.taxCategory());
        }

        private Optional<ValidationError> unknownTaxCategory(@Nullable String code, @Nullable String stored) {
            return code == null || code.equals(stored) || !taxCategories.contains(code)
                    ? Optional.empty()
                    : error("tax_category", "unknown_tax_category", "There is no such tax category", code);
        }
    }

    /** A missing code is valid. */
    private static Optional<ValidationError> code(String field, String errorCode, @Nullable String code) {
        return code == null || ProductCodes.isCode(code)
                ? Optional.empty()
                : error(field, errorCode, "A code has 1 to 40 lower-case letters, digits, - and _", code);
    }

    /** A missing length is valid. */
    private static Optional<ValidationError> length(String field, @Nullable Integer millimeters) {
        return millimeters == null || (millimeters >= 1 && millimeters <= MAX_MILLIMETERS)
                ? Optional.empty()
                : error(
                        field,
                        "out_of_range",
                        "A length is 1 mm to %d mm".formatted(MAX_MILLIMETERS),
                        millimeters.toString());
    }

    /** Storefronts put the URL into pages, so {@code javascript:} must be rejected. */
    private static Optional<ValidationError> httpUrl(String field, String url) {
        return HTTP_URL.matcher(url).matches()
                ? Optional.empty()
                : error(field, "invalid_url", "A URL must be absolute, with http or https", url);
    }

    private static Optional<ValidationError> shortText(String field, String value) {
        return text(field, value, MAX_SHORT_TEXT);
    }

    private static Optional<ValidationError> text(String field, String value, int max) {
        if (UnicodeText.hasNul(value)) {
            return error(field, "invalid_format", "Text must not contain NUL characters", "");
        }
        return value.length() <= max
                ? Optional.empty()
                : error(field, "too_long", "At most %d characters".formatted(max), value);
    }

    private static Optional<ValidationError> shortTexts(String field, List<String> values, int max) {
        if (values.size() > max) {
            return error(field, "too_many", "At most %d".formatted(max), Integer.toString(values.size()));
        }
        return values.stream()
                .map(value -> shortText(field, value))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<ValidationError> duplicate(String field, List<String> values) {
        Set<String> seen = new HashSet<>();
        return values.stream()
                .filter(value -> value.isBlank() || !seen.add(value))
                .findFirst()
                .flatMap(value -> error(field, "duplicate", "Each value must be non-empty and unique", value));
    }

    private static Optional<ValidationError> media(List<Media> media) {
        if (media.size() > MAX_MEDIA) {
            return error("media", "too_many", "At most %d".formatted(MAX_MEDIA), Integer.toString(media.size()));
        }
        for (Media item : media) {
            if (item.url().isBlank()) {
                return error("media", "required", "A media entry needs a URL", "");
            }
            Optional<ValidationError> error = text("media", item.url(), MAX_URL)
                    .or(() -> httpUrl("media", item.url()))
                    .or(() -> text("media", item.alt(), MAX_ATTRIBUTE));
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }

    private static Optional<ValidationError> categories(List<List<String>> categories) {
        if (categories.size() > MAX_CATEGORIES) {
            return error("categories", "too_many", "At most %d".formatted(MAX_CATEGORIES), "");
        }
        for (List<String> path : categories) {
            if (path.isEmpty()
                    || path.size() > CategoryTree.MAX_DEPTH
                    || path.stream().anyMatch(String::isBlank)) {
                return error(
                        "categories",
                        "invalid_path",
                        "A category path starts at the root and has at most %d levels"
                                .formatted(CategoryTree.MAX_DEPTH),
                        String.join(" > ", path));
            }
            Optional<ValidationError> error = shortTexts("categories", path, CategoryTree.MAX_DEPTH);
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }

    private static Optional<ValidationError> attributes(Map<String, String> attributes) {
        if (attributes.size() > MAX_ATTRIBUTES) {
            return error("attributes", "too_many", "At most %d".formatted(MAX_ATTRIBUTES), "");
        }
        return attributes.entrySet().stream()
                .map(entry -> shortText("attributes", entry.getKey())
                        .or(() -> text("attributes", entry.getValue(), MAX_ATTRIBUTE)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    static Optional<ValidationError> error(String field, String code, String rule, @Nullable String value) {
        String shown = value == null || value.isEmpty() ? "" : ": '" + Violation.abbreviate(value) + "'";
        return Optional.of(new ValidationError(field, code, rule + shown));
    }
}
