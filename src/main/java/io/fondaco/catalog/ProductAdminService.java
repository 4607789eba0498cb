package io.fondaco.catalog;

import io.fondaco.catalog.AdminProduct.ProductInput;
import io.fondaco.catalog.AdminProduct.VariantInput;
import io.fondaco.catalog.CatalogStatements.ProductFilter;
import io.fondaco.catalog.CatalogStatements.VariantFilter;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.UnicodeText;
import io.fondaco.platform.web.Violation;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Changes of single products and variants: the rules of a bulk upsert apply, and a rejection becomes an API error. */
@ApplicationScoped
class ProductAdminService {
    private final PostgresCatalog catalog;
    private final CatalogStatements statements;
    private final CategoryRepository categories;
    private final VariantPricing prices;

    ProductAdminService(
            PostgresCatalog catalog,
            CatalogStatements statements,
            CategoryRepository categories,
            VariantPricing prices) {
        this.catalog = catalog;
        this.statements = statements;
        this.categories = categories;
        this.prices = prices;
    }

    /** The products that match the filter, after this one, oldest first. */
    List<AdminProduct> listProducts(ProductFilter filter, UUID after, int limit) {
        List<Product> rows = statements.listProducts(filter, after, limit);
        Map<VariantId, List<VariantPrice>> variantPrices = prices.findAllPrices(
                rows.stream().flatMap(row -> variantIds(row).stream()).toList());
        return rows.stream().map(row -> AdminProduct.of(row, variantPrices)).toList();
    }

    /** @throws ApiException 404 */
    AdminProduct getProduct(ProductId id) {
        Product row =
                statements.findProduct(id.value()).orElseThrow(() -> ApiException.notFound("product", id.toString()));
        return AdminProduct.of(row, prices.findAllPrices(variantIds(row)));
    }

    /** The variants that match the filter, after this one, oldest first. */
    List<AdminProduct.AdminVariant> listVariants(VariantFilter filter, UUID after, int limit) {
        return loadAdminVariants(statements.listVariantIds(filter, after, limit));
    }

    /** @throws ApiException 404 */
    AdminProduct.AdminVariant getVariant(VariantId id) {
        return loadAdminVariants(List.of(id.value())).stream()
                .findFirst()
                .orElseThrow(() -> ApiException.notFound("variant", id.toString()));
    }

    private List<AdminProduct.AdminVariant> loadAdminVariants(List<UUID> ids) {
        Map<UUID, Product> products = new HashMap<>();
        statements.findProductsByVariantId(ids).forEach(product -> product.variants()
                .forEach(variant -> products.put(variant.id(), product)));
        Map<VariantId, List<VariantPrice>> variantPrices =
                prices.findAllPrices(ids.stream().map(VariantId::new).toList());
        return ids.stream()
                .filter(products::containsKey)
                .map(id -> {
                    Product product = Objects.requireNonNull(products.get(id));
                    return AdminProduct.of(product.options(), variant(product, new VariantId(id)), variantPrices);
                })
                .toList();
    }

    @Transactional
    AdminProduct create(ProductInput productInput) {
        if (productInput.title() == null || productInput.title().isBlank()) {
            throw ApiException.invalid("/title", "required", "A product needs a title.");
        }
        String slug = UnicodeText.normalizeNfc(
                productInput.slug() == null ? CategoryTree.slugOf(productInput.title()) : productInput.slug());
        if (slug.indexOf('\0') < 0
                && !statements.lockProductsBySlug(List.of(slug)).isEmpty()) {
            throw ApiException.conflict(
                    "slug_taken", "A product with the slug '%s' already exists.".formatted(Violation.abbreviate(slug)));
        }
        List<String> options = productInput.options() == null ? List.of() : productInput.options();
        List<VariantInput> variants = productInput.variants() == null ? List.of() : productInput.variants();
        List<VariantDraft> drafts = new ArrayList<>();
        for (int index = 0; index < variants.size(); index++) {
            drafts.add(toDraft(
                    variants.get(index),
                    requireSku(variants.get(index), "/variants/" + index),
                    options,
                    "/variants/" + index));
        }
        upsert(toDraft(slug, productInput, drafts), "/variants/");
        setPrices(variants, "/variants/");
        return loadAdminProduct(slug);
    }

    @Transactional
    AdminProduct change(ProductId id, @Nullable String ifMatch, ProductInput productInput) {
        Product row = lockProduct(id, ifMatch);
        if (productInput.slug() != null
                && !UnicodeText.normalizeNfc(productInput.slug()).equals(row.slug())) {
            throw ApiException.invalid("/slug", "immutable", "A slug cannot be changed: links and imports rely on it.");
        }
        if (productInput.variants() != null) {
            throw ApiException.invalid("/variants", "immutable", "Change variants at /admin/v1/variants.");
        }
        upsert(toDraft(row.slug(), productInput, List.of()), "/variants/");
        return loadAdminProduct(row.slug());
    }

    @Transactional
    void archive(ProductId id, @Nullable String ifMatch) {
        Product row = lockProduct(id, ifMatch);
        upsert(toDraft(row.slug(), statusOnly(ProductStatus.ARCHIVED), List.of()), "");
    }

    private static ProductInput statusOnly(ProductStatus status) {
        return new ProductInput(
                null, null, null, null, null, status, null, null, null, null, null, null, null, null, null, null);
    }

    @Transactional
    AdminProduct.AdminVariant createVariant(VariantInput input) {
        if (input.productId() == null) {
            throw ApiException.invalid("/product_id", "required", "A variant needs a product.");
        }
        Product product = statements
                .lockProduct(input.productId().value())
                .orElseThrow(() -> ApiException.invalid("/product_id", "unknown_product", "There is no such product."));
        String sku = requireSku(input, "");
        if (sku.indexOf('\0') < 0 && !statements.findOwnersBySku(List.of(sku)).isEmpty()) {
            throw ApiException.conflict(
                    "sku_taken", "A variant with the SKU '%s' already exists.".formatted(Violation.abbreviate(sku)));
        }
        upsert(
                toDraft(
                        product.slug(),
                        statusOnly(product.status()),
                        List.of(toDraft(input, sku, product.options(), ""))),
                "");
        setPrices(List.of(input), "");
        return loadAdminVariant(product.id(), sku);
    }

    @Transactional
    AdminProduct.AdminVariant changeVariant(VariantId id, @Nullable String ifMatch, VariantInput input) {
        Product product = productOf(id);
        Product.Variant variant = variant(product, id);
        IfMatch.require(ifMatch, variant.version());
        if (input.sku() != null && !input.sku().equals(variant.sku())) {
            throw ApiException.invalid("/sku", "immutable", "A SKU cannot be changed: stock and orders rely on it.");
        }
        if (input.productId() != null && !input.productId().value().equals(product.id())) {
            throw ApiException.invalid("/product_id", "immutable", "A variant cannot be moved to another product.");
        }
        upsert(
                toDraft(
                        product.slug(),
                        statusOnly(product.status()),
                        List.of(toDraft(input, variant.sku(), product.options(), ""))),
                "");
        if (input.prices() != null
                && !input.prices().isEmpty()
                && setPrices(List.of(pricesOnly(input, variant.sku())), "")) {
            // So that its ETag changes with its prices.
            statements.incrementVersion(id.value());
        }
        return loadAdminVariant(product.id(), variant.sku());
    }

    private static VariantInput pricesOnly(VariantInput input, String sku) {
        return new VariantInput(
                null,
                sku,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                input.prices());
    }

    @Transactional
    void deleteVariant(VariantId id, @Nullable String ifMatch) {
        Product product = productOf(id);
        IfMatch.require(ifMatch, variant(product, id).version());
        catalog.pricesChanged(Map.of(id, List.of()));
        statements.deleteVariant(id.value());
    }

    private Product lockProduct(ProductId id, @Nullable String ifMatch) {
        Product row =
                statements.lockProduct(id.value()).orElseThrow(() -> ApiException.notFound("product", id.toString()));
        IfMatch.require(ifMatch, row.version());
        return row;
    }

    private Product productOf(VariantId id) {
        return statements
                .lockProductOfVariant(id.value())
                .orElseThrow(() -> ApiException.notFound("variant", id.toString()));
    }

    private static Product.Variant variant(Product product, VariantId id) {
        return product.variants().stream()
                .filter(row -> row.id().equals(id.value()))
                .findFirst()
                .orElseThrow(() -> ApiException.notFound("variant", id.toString()));
    }

    private void upsert(ProductDraft draft, String variantPointer) {
        ProductUpsertResult outcome = catalog.upsert(List.of(draft)).getFirst();
        int index = 0;
        for (Map.Entry<String, ProductUpsertResult.VariantUpsertResult> variant :
                outcome.variants().entrySet()) {
            String pointer = variantPointer.isEmpty() ? "/" : variantPointer + index + "/";
            variant.getValue().error().ifPresent(validationError -> {
                if (validationError.code().equals("sku_taken")) {
                    throw ApiException.conflict("sku_taken", validationError.detail());
                }
                throw ApiException.invalid(
                        pointer + validationError.field(), validationError.code(), validationError.detail());
            });
            index++;
        }
        outcome.error().ifPresent(validationError -> {
            throw ApiException.invalid("/" + validationError.field(), validationError.code(), validationError.detail());
        });
    }

    private boolean setPrices(List<VariantInput> variants, String pointer) {
        Map<String, List<VariantPrice>> pricesBySku = new LinkedHashMap<>();
        for (int index = 0; index < variants.size(); index++) {
            VariantInput variant = variants.get(index);
            if (variant.sku() != null
                    && variant.prices() != null
                    && !variant.prices().isEmpty()) {
                pricesBySku.put(
                        variant.sku(),
                        validatePrices(variant.prices(), pointer.isEmpty() ? "/prices" : pointer + index + "/prices"));
            }
        }
        if (pricesBySku.isEmpty()) {
            return false;
        }
        Map<String, VariantId> idsBySku = catalog.idsBySku(pricesBySku.keySet());
        Map<VariantId, List<VariantPrice>> pricesByVariant = new HashMap<>();
        pricesBySku.forEach((sku, list) -> pricesByVariant.put(Objects.requireNonNull(idsBySku.get(sku)), list));
        return prices.savePrices(pricesByVariant).containsValue(true);
    }

    private static List<VariantPrice> validatePrices(List<AdminProduct.Price> prices, String pointer) {
        Set<String> currencies = new HashSet<>();
        List<VariantPrice> validated = new ArrayList<>();
        for (int index = 0; index < prices.size(); index++) {
            VariantPrice price = prices.get(index).toVariantPrice();
            String pricePointer = pointer + "/" + index;
            if (isOutOfRange(price.price())
                    || price.compareAt()
                            .filter(ProductAdminService::isOutOfRange)
                            .isPresent()) {
                throw ApiException.invalid(
                        pricePointer,
                        "out_of_range",
                        "A price must be between 0 and %d minor units.".formatted(Money.MAX_AMOUNT));
            }
            if (price.compareAt()
                    .filter(other -> !other.currency().equals(price.price().currency()))
                    .isPresent()) {
                throw ApiException.invalid(
                        pricePointer, "other_currency", "The compare-at price must be in the same currency.");
            }
            if (!currencies.add(price.price().currency())) {
                throw ApiException.invalid(
                        pricePointer,
                        "repeated_currency",
                        "A variant has one price per currency: %s occurs twice."
                                .formatted(price.price().currency()));
            }
            validated.add(price);
        }
        return validated;
    }

    private static boolean isOutOfRange(Money money) {
        return money.amount() < 0 || money.amount() > Money.MAX_AMOUNT;
    }

    private static String requireSku(VariantInput variant, String pointer) {
        if (variant.sku() == null) {
            throw ApiException.invalid(pointer + "/sku", "required", "A variant needs a SKU.");
        }
        return variant.sku();
    }

    private ProductDraft toDraft(String slug, ProductInput productInput, List<VariantDraft> variants) {
        return new ProductDraft(
                slug,
                productInput.title(),
                productInput.description(),
                productInput.vendor(),
                productInput.productType(),
                productInput.status(),
                productInput.tags(),
                productInput.categoryIds() == null ? null : categoryPaths(productInput.categoryIds()),
                productInput.options(),
                productInput.media(),
                productInput.seoTitle(),
                productInput.seoDescription(),
                productInput.taxCategory(),
                productInput.shippingProfile(),
                productInput.attributes(),
                variants);
    }

    private List<List<String>> categoryPaths(List<CategoryId> ids) {
        CategoryTree tree = categories.loadTree();
        return ids.stream()
                .map(id -> Optional.of(tree.path(id.value()))
                        .filter(path -> !path.isEmpty())
                        .orElseThrow(() -> ApiException.invalid(
                                "/category_ids", "unknown_category", "There is no category '%s'.".formatted(id))))
                .toList();
    }

    private static VariantDraft toDraft(VariantInput input, String sku, List<String> options, String pointer) {
        List<String> values = null;
        if (input.options() != null) {
            if (!input.options().keySet().equals(Set.copyOf(options))) {
                throw ApiException.invalid(
                        pointer + "/options",
                        "option_count",
                        "The product's options are: " + String.join(", ", options));
            }
            values = options.stream().map(input.options()::get).toList();
        }
        return new VariantDraft(
                sku,
                values,
                input.barcode(),
                input.weightGrams(),
                input.lengthMm(),
                input.widthMm(),
                input.heightMm(),
                input.inventoryTracked(),
                input.inventoryPolicy(),
                input.taxable(),
                input.taxCategory(),
                input.requiresShipping(),
                input.imageUrl(),
                input.attributes());
    }

    private AdminProduct loadAdminProduct(String slug) {
        Product row = statements.findProductsBySlug(List.of(slug)).getFirst();
        return AdminProduct.of(row, prices.findAllPrices(variantIds(row)));
    }

    private AdminProduct.AdminVariant loadAdminVariant(UUID product, String sku) {
        Product row = statements.findProduct(product).orElseThrow();
        return row.variants().stream()
                .filter(variant -> variant.sku().equals(sku))
                .map(variant -> AdminProduct.of(row.options(), variant, prices.findAllPrices(variantIds(row))))
                .findFirst()
                .orElseThrow();
    }

    private static List<VariantId> variantIds(Product row) {
        return row.variants().stream()
                .map(variant -> new VariantId(variant.id()))
                .toList();
    }
}
