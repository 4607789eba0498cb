package io.fondaco.productfiles;

import static io.fondaco.productfiles.FondacoProductRenderer.list;
import static io.fondaco.productfiles.FondacoProductRenderer.map;
import static io.fondaco.productfiles.FondacoProductRenderer.millimeters;
import static io.fondaco.productfiles.FondacoProductRenderer.name;
import static io.fondaco.productfiles.FondacoProductRenderer.text;
import static io.fondaco.productfiles.FondacoProductRenderer.value;

import io.fondaco.catalog.Media;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Writes the Shopify format. It cannot express a product without variants, so such products are omitted. */
public final class ShopifyProductRenderer implements ProductRowRenderer {
    private static final List<String> LEADING_COLUMNS = List.of(
            ShopifyColumns.HANDLE.getFirst(),
            ShopifyColumns.TITLE.getFirst(),
            ShopifyColumns.BODY.getFirst(),
            ShopifyColumns.VENDOR.getFirst(),
            ShopifyColumns.CATEGORY.getFirst(),
            ShopifyColumns.TYPE.getFirst(),
            ShopifyColumns.TAGS.getFirst(),
            ShopifyColumns.PUBLISHED.getFirst());
    private static final List<String> TRAILING_COLUMNS = List.of(
            ShopifyColumns.SKU.getFirst(),
            ShopifyColumns.GRAMS.getFirst(),
            ShopifyColumns.TRACKER.getFirst(),
            ShopifyColumns.QUANTITY.getFirst(),
            ShopifyColumns.POLICY.getFirst(),
            ShopifyColumns.PRICE.getFirst(),
            ShopifyColumns.COMPARE_AT.getFirst(),
            ShopifyColumns.REQUIRES_SHIPPING.getFirst(),
            ShopifyColumns.TAXABLE.getFirst(),
            ShopifyColumns.BARCODE.getFirst(),
            ShopifyColumns.IMAGE.getFirst(),
            ShopifyColumns.IMAGE_POSITION.getFirst(),
            ShopifyColumns.IMAGE_ALT.getFirst(),
            ShopifyColumns.SEO_TITLE.getFirst(),
            ShopifyColumns.SEO_DESCRIPTION.getFirst(),
            ShopifyColumns.VARIANT_IMAGE.getFirst(),
            ShopifyColumns.STATUS.getFirst(),
            ShopifyColumns.TAX_CATEGORY.getFirst(),
            ShopifyColumns.SHIPPING_PROFILE.getFirst(),
            ShopifyColumns.LENGTH_MM.getFirst(),
            ShopifyColumns.WIDTH_MM.getFirst(),
            ShopifyColumns.HEIGHT_MM.getFirst(),
            ShopifyColumns.CATEGORIES_JSON.getFirst(),
            ShopifyColumns.TAGS_JSON.getFirst(),
            ShopifyColumns.ATTRIBUTES_JSON.getFirst(),
            ShopifyColumns.VARIANT_ATTRIBUTES_JSON.getFirst());

    private final String currency;
    private final ShopifyColumns.TemplateVersion templateVersion;
    private final List<ShopifyAttribute> attributes;
    /** Always the legacy names, also if the current ones are written. */
    private final List<String> columns;

    /**
     * @param currency of the prices; prices in other currencies are omitted
     * @param extraAttributes attributes beyond the {@link ShopifyAttribute#KNOWN} ones that get a column each; all
     *     others are written together into one JSON cell. Their columns follow the columns that every file has
     */
    public ShopifyProductRenderer(
            String currency, ShopifyColumns.TemplateVersion templateVersion, List<ShopifyAttribute> extraAttributes) {
        this.currency = currency;
        this.templateVersion = templateVersion;
        attributes = new ArrayList<>(ShopifyAttribute.KNOWN);
        extraAttributes.stream()
                .filter(attribute -> !attributes.contains(attribute))
                .forEach(attributes::add);
        List<String> legacy = new ArrayList<>(LEADING_COLUMNS);
        for (int option = 1; option <= ShopifyColumns.MAX_OPTIONS; option++) {
            legacy.addAll(ShopifyColumns.optionName(option));
            legacy.addAll(ShopifyColumns.optionValue(option));
        }
        legacy.addAll(TRAILING_COLUMNS);
        attributes.forEach(attribute -> legacy.add(attribute.header()));
        columns = templateVersion.inTemplateOrder(legacy);
    }

    @Override
    public List<String> header() {
        return columns.stream().map(templateVersion::columnName).toList();
    }

    @Override
    public List<List<String>> render(
            ProductSnapshot snapshot, Map<VariantId, List<VariantPrice>> prices, Map<String, Long> stock) {
        ProductDraft product = snapshot.draft();
        List<VariantDraft> variants = product.variants();
        List<Media> media = list(product.media());
        List<List<String>> rows = new ArrayList<>();
        String handle = exportedHandle(product);
        int rowCount = variants.isEmpty() ? 0 : Math.max(variants.size(), media.size());
        for (int index = 0; index < rowCount; index++) {
            Map<String, String> cells = new HashMap<>();
            put(cells, ShopifyColumns.HANDLE, handle);
            if (index == 0) {
                putProduct(cells, product);
            }
            if (index < variants.size()) {
                VariantDraft variant = variants.get(index);
                putVariant(cells, variant, list(product.options()));
                put(cells, ShopifyColumns.QUANTITY, value(stock.get(variant.sku())));
                putPrices(cells, prices.getOrDefault(snapshot.variantIds().get(index), List.of()));
            }
            if (index < media.size()) {
                put(cells, ShopifyColumns.IMAGE, media.get(index).url());
                put(cells, ShopifyColumns.IMAGE_POSITION, value(index + 1));
                put(cells, ShopifyColumns.IMAGE_ALT, media.get(index).alt());
            }
            rows.add(columns.stream().map(name -> cells.getOrDefault(name, "")).toList());
        }
        return rows;
    }

    /** The handle in the file that the product came from, as long as it gives the current slug; otherwise the slug. */
    static String exportedHandle(ProductDraft product) {
        String originalHandle = map(product.attributes()).getOrDefault(ShopifyAttribute.HANDLE, "");
        return isOriginalHandle(originalHandle, product.slug()) ? originalHandle : product.slug();
    }

    /** The SKU in the file that the variant came from, otherwise its own. */
    static String exportedSku(VariantDraft variant) {
        String fileSku = map(variant.attributes()).getOrDefault(ShopifyAttribute.SKU, "");
        return ShopifyProductParser.withApostrophe(fileSku.isBlank() ? variant.sku() : fileSku);
    }

    private static boolean isOriginalHandle(String originalHandle, String slug) {
        return !originalHandle.equals(slug)
                && ShopifyProductParser.toSlug(originalHandle).equals(slug)
                && originalHandle.equals(originalHandle.strip());
    }

    private void putProduct(Map<String, String> cells, ProductDraft product) {
        Map<String, String> remaining = new TreeMap<>(map(product.attributes()));
        if (isOriginalHandle(remaining.getOrDefault(ShopifyAttribute.HANDLE, ""), product.slug())) {
            remaining.remove(ShopifyAttribute.HANDLE);
        }
        put(cells, ShopifyColumns.TITLE, text(product.title()));
        put(cells, ShopifyColumns.BODY, text(product.description()));
        put(cells, ShopifyColumns.VENDOR, text(product.vendor()));
        put(cells, ShopifyColumns.TYPE, text(product.productType()));
        putStatus(cells, Objects.requireNonNull(product.status()), remaining);
        put(cells, ShopifyColumns.SEO_TITLE, text(product.seoTitle()));
        put(cells, ShopifyColumns.SEO_DESCRIPTION, text(product.seoDescription()));
        put(cells, ShopifyColumns.TAX_CATEGORY, text(product.taxCategory()));
        put(cells, ShopifyColumns.SHIPPING_PROFILE, text(product.shippingProfile()));
        putCategories(cells, list(product.categories()), text(product.productType()), remaining);
        putTags(cells, list(product.tags()));
        putOptions(cells, list(product.options()));
        putAttributes(cells, remaining, true);
    }

    /** Writes the two columns as they were imported, if they still mean the status of the product. */
    private static void putStatus(Map<String, String> cells, ProductStatus status, Map<String, String> remaining) {
        String statusText = remaining.getOrDefault(ShopifyAttribute.STATUS, name(status));
        String published = remaining.getOrDefault(ShopifyAttribute.PUBLISHED, "");
        Map<String, String> imported = new TreeMap<>(remaining);
        imported.keySet().retainAll(Set.of(ShopifyAttribute.STATUS, ShopifyAttribute.PUBLISHED));
        Boolean flag = published.isEmpty() ? null : Boolean.valueOf(published);
        boolean unchanged = !imported.isEmpty()
                && ShopifyProductParser.mapStatus(statusText, flag).equals(Optional.of(status))
                && ShopifyProductParser.statusAttributes(statusText, flag, status)
                        .equals(imported);
        put(cells, ShopifyColumns.STATUS, unchanged ? statusText : name(status));
        put(cells, ShopifyColumns.PUBLISHED, unchanged ? published : String.valueOf(status == ProductStatus.ACTIVE));
        if (unchanged) {
            remaining.keySet().removeAll(imported.keySet());
        }
    }

    /** A category that the type gives anyway is not written: in the foreign shop it need not exist. */
    private static void putCategories(
            Map<String, String> cells, List<List<String>> categories, String type, Map<String, String> remaining) {
        boolean givenByType = ShopifyProductParser.splitCategory("", type).equals(categories);
        String plain = givenByType || categories.isEmpty() ? "" : String.join(" > ", categories.getFirst());
        String globalId = remaining.getOrDefault(ShopifyAttribute.CATEGORY, "");
        if (givenByType && ShopifyProductParser.isGlobalId(globalId) && globalId.equals(globalId.strip())) {
            remaining.remove(ShopifyAttribute.CATEGORY);
            put(cells, ShopifyColumns.CATEGORY, globalId);
            return;
        }
        put(cells, ShopifyColumns.CATEGORY, plain);
        if (ShopifyProductParser.isGlobalId(plain)
                || !ShopifyProductParser.splitCategory(plain, type).equals(categories)) {
            put(cells, ShopifyColumns.CATEGORIES_JSON, categories.isEmpty() ? "[]" : JsonCells.renderLists(categories));
        }
    }

    private static void putTags(Map<String, String> cells, List<String> tags) {
        String plain = String.join(", ", tags);
        put(cells, ShopifyColumns.TAGS, plain);
        if (!ShopifyProductParser.splitTags(plain).equals(tags)) {
            put(cells, ShopifyColumns.TAGS_JSON, JsonCells.renderTexts(tags));
        }
    }

    private static void putOptions(Map<String, String> cells, List<String> options) {
        if (options.isEmpty()) {
            put(cells, ShopifyColumns.optionName(1), ShopifyOptions.DEFAULT_OPTION_NAME);
        }
        for (int option = 1; option <= options.size(); option++) {
            put(cells, ShopifyColumns.optionName(option), options.get(option - 1));
        }
    }

    private void putVariant(Map<String, String> cells, VariantDraft variant, List<String> options) {
        List<String> values = list(variant.optionValues());
        if (options.isEmpty()) {
            put(cells, ShopifyColumns.optionValue(1), ShopifyOptions.DEFAULT_OPTION_VALUE);
        }
        for (int option = 1; option <= values.size(); option++) {
            put(cells, ShopifyColumns.optionValue(option), values.get(option - 1));
        }
        Map<String, String> remaining = new TreeMap<>(map(variant.attributes()));
        if (Boolean.TRUE.equals(variant.inventoryTracked())) {
            String tracker = remaining.remove(ShopifyAttribute.TRACKER);
            put(cells, ShopifyColumns.TRACKER, tracker == null ? "shopify" : tracker);
        }
        remaining.remove(ShopifyAttribute.SKU);
        put(cells, ShopifyColumns.SKU, exportedSku(variant));
        put(cells, ShopifyColumns.GRAMS, value(variant.weightGrams()));
        put(cells, ShopifyColumns.LENGTH_MM, millimeters(variant.lengthMm()));
        put(cells, ShopifyColumns.WIDTH_MM, millimeters(variant.widthMm()));
        put(cells, ShopifyColumns.HEIGHT_MM, millimeters(variant.heightMm()));
        put(cells, ShopifyColumns.POLICY, name(variant.inventoryPolicy()));
        put(cells, ShopifyColumns.REQUIRES_SHIPPING, value(variant.requiresShipping()));
        put(cells, ShopifyColumns.TAXABLE, value(variant.taxable()));
        put(cells, ShopifyColumns.TAX_CODE, text(variant.taxCategory()));
        put(cells, ShopifyColumns.BARCODE, ShopifyProductParser.withApostrophe(text(variant.barcode())));
        put(cells, ShopifyColumns.VARIANT_IMAGE, text(variant.imageUrl()));
        putAttributes(cells, remaining, false);
    }

    private void putPrices(Map<String, String> cells, List<VariantPrice> prices) {
        Optional<VariantPrice> price = prices.stream()
                .filter(candidate -> candidate.price().currency().equals(currency))
                .findFirst();
        put(
                cells,
                ShopifyColumns.PRICE,
                price.map(current -> current.price().toDecimal()).orElse(""));
        put(
                cells,
                ShopifyColumns.COMPARE_AT,
                price.flatMap(VariantPrice::compareAt).map(Money::toDecimal).orElse(""));
    }

    /** Writes each attribute into its column if an import reads it back from there, otherwise into the JSON column. */
    private void putAttributes(Map<String, String> cells, Map<String, String> remaining, boolean productLevel) {
        for (ShopifyAttribute attribute : attributes) {
            String cell = remaining.get(attribute.key());
            boolean free = cells.getOrDefault(attribute.header(), "").isEmpty();
            if (attribute.productLevel() == productLevel
                    && cell != null
                    && !cell.isEmpty()
                    && !attribute.isTaxCategory(cell)
                    && free) {
                cells.put(attribute.header(), cell);
                remaining.remove(attribute.key());
            }
        }
        List<String> jsonColumn =
                productLevel ? ShopifyColumns.ATTRIBUTES_JSON : ShopifyColumns.VARIANT_ATTRIBUTES_JSON;
        put(cells, jsonColumn, JsonCells.renderMap(remaining));
    }

    private static void put(Map<String, String> cells, List<String> column, String cell) {
        cells.put(column.getFirst(), cell);
    }
}
