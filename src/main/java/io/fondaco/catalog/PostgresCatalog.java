package io.fondaco.catalog;

import io.fondaco.catalog.CatalogStatements.AttributeKeyRow;
import io.fondaco.catalog.CatalogStatements.CategoryPlacement;
import io.fondaco.catalog.CatalogStatements.ListedPrice;
import io.fondaco.catalog.CatalogStatements.ProductDocument;
import io.fondaco.catalog.CatalogStatements.ProductFilter;
import io.fondaco.catalog.CatalogStatements.ProductName;
import io.fondaco.catalog.CatalogStatements.RepricedProduct;
import io.fondaco.catalog.CatalogStatements.SellableVariantRow;
import io.fondaco.catalog.CatalogStatements.VariantOwnerRow;
import io.fondaco.catalog.CatalogStatements.VariantSkuRow;
import io.fondaco.catalog.ProductValidator.UnknownCodes;
import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * {@link Catalog} in Postgres. An upsert of any number of drafts takes three statements to read (products, SKU owners,
 * categories), those of {@link ProductCodes} if drafts bring new codes, and at most five to write.
 */
@ApplicationScoped
class PostgresCatalog implements Catalog, EventTypeRegistry.EventTypeProvider {
    private static final int MAX_DRAFTS = 1_000;
    private static final int MAX_SKUS_PER_EVENT = 100;
    private static final int ATTRIBUTE_KEYS_PAGE_SIZE = 50_000;
    private static final Logger LOG = Logger.getLogger(PostgresCatalog.class);

    private final CatalogStatements statements;
    private final CategoryRepository categories;
    private final ProductCodes productCodes;
    private final CacheInvalidation cacheInvalidation;
    private final Outbox outbox;
    private final Counter inconsistentProducts;

    PostgresCatalog(
            CatalogStatements statements,
            CategoryRepository categories,
            ProductCodes productCodes,
            CacheInvalidation cacheInvalidation,
            Outbox outbox,
            MeterRegistry registry) {
        this.statements = statements;
        this.categories = categories;
        this.productCodes = productCodes;
        this.cacheInvalidation = cacheInvalidation;
        this.outbox = outbox;
        inconsistentProducts = Counter.builder("fondaco.catalog.products.inconsistent")
                .description(
                        "Products that were shown incompletely or omitted because their stored data is inconsistent")
                .register(registry);
    }

    @Override
    public Class<ProductEvent> events() {
        return ProductEvent.class;
    }

    @Override
    public Map<String, SellableVariant> variantsBySku(Collection<String> skus) {
        return statements.findSellableVariants(skus).stream()
                .map(SellableVariantRow::toVariant)
                .collect(Collectors.toMap(SellableVariant::sku, Function.identity()));
    }

    @Override
    public Map<String, VariantId> idsBySku(Collection<String> skus) {
        return statements.findIdsBySku(skus).stream()
                .collect(Collectors.toMap(VariantSkuRow::sku, row -> new VariantId(row.id())));
    }

    @Override
    public Map<VariantId, String> skus(Collection<VariantId> variants) {
        return statements.findSkus(variants.stream().map(VariantId::value).toList()).stream()
                .collect(Collectors.toMap(row -> new VariantId(row.id()), VariantSkuRow::sku));
    }

    @Override
    public Optional<Product> findActive(ProductId id) {
        return statements.findActiveProduct(id.value()).flatMap(this::readForDisplay);
    }

    @Override
    public Optional<Product> findActive(String slug) {
        return statements.findActiveProduct(slug).flatMap(this::readForDisplay);
    }

    @Override
    public List<Product> listActive(Listing listing) {
        return statements.listActiveProducts(listing).stream()
                .flatMap(document -> readForDisplay(document).stream())
                .toList();
    }

    /**
     * An unreadable product is omitted, so that the rest of a page can be shown; a product with a variant that lacks
     * option values is shown. Both are logged and counted.
     */
    private Optional<Product> readForDisplay(ProductDocument document) {
        try {
            Product product = statements.parse(document);
            if (!product.hasCompleteOptions()) {
                inconsistentProducts.increment();
                LOG.warnf("Product %s has a variant without a value for each option", product.id());
            }
            return Optional.of(product);
        } catch (IllegalStateException e) {
            inconsistentProducts.increment();
            LOG.error("A stored product cannot be parsed and is omitted", e);
            return Optional.empty();
        }
    }

    @Override
    public Set<String> existingProducts(Collection<String> names) {
        List<UUID> ids = names.stream()
                .filter(ProductId::matches)
                .map(name -> ProductId.parse(name).value())
                .toList();
        Set<String> found = new HashSet<>();
        for (ProductName product : statements.findProductNames(names, ids)) {
            found.add(product.slug());
            found.add(new ProductId(product.id()).toString());
        }
        return found;
    }

    @Override
    public CategoryTree categoryTree() {
        return categories.loadTree();
    }

    @Override
    public Optional<CategoryId> findCategory(String slug) {
        return categories.findBySlug(slug).map(category -> new CategoryId(category.id()));
    }

    @Override
    @Transactional
    public List<ProductUpsertResult> upsert(List<ProductDraft> drafts, ProductLevelRows productLevelRows) {
        UpsertPlans upsertPlans = plan(drafts, productLevelRows, true);
        List<ProductUpsertPlan> plans = upsertPlans.plans();
        Set<UUID> movedProducts = new HashSet<>();
        List<CategoryPlacement> placements = new ArrayList<>();
        List<CategoryTree.CategoryEntry> newCategories = new ArrayList<>();
        for (ProductUpsertPlan plan : plans) {
            plan.categories().ifPresent(paths -> {
                movedProducts.add(plan.productId());
                for (List<String> path : paths) {
                    newCategories.addAll(upsertPlans.tree().addMissing(path, TypeId::newUuid));
                    placements.add(new CategoryPlacement(
                            plan.productId(), upsertPlans.tree().find(path).orElseThrow(), paths.indexOf(path)));
                }
            });
        }
        write(newCategories, statements::insertCategories);
        write(plans.stream().flatMap(plan -> plan.product().stream()).toList(), statements::saveProducts);
        write(movedProducts, statements::deletePlacementsOfProducts);
        write(placements, statements::insertPlacements);
        write(plans.stream().flatMap(plan -> plan.variants().stream()).toList(), statements::saveVariants);
        cacheInvalidation.publish(invalidatedTags(upsertPlans, newCategories));
        outbox.publish(events(upsertPlans));
        return plans.stream().map(ProductUpsertPlan::result).toList();
    }

    private static <T extends Collection<?>> void write(T rows, Consumer<T> statement) {
        if (!rows.isEmpty()) {
            statement.accept(rows);
        }
    }

    @Override
    public List<ProductUpsertResult> preview(List<ProductDraft> drafts, ProductLevelRows productLevelRows) {
        return plan(drafts, productLevelRows, false).plans().stream()
                .map(ProductUpsertPlan::result)
                .toList();
    }

    private static Set<CacheTag> invalidatedTags(
            UpsertPlans upsertPlans, List<CategoryTree.CategoryEntry> newCategories) {
        Set<CacheTag> tags = new HashSet<>();
        for (ProductUpsertPlan plan : upsertPlans.plans()) {
            if (!changesAnything(plan)) {
                continue;
            }
            String slug = plan.result().slug();
            tags.add(CatalogCacheTags.product(new ProductId(plan.productId())));
            tags.add(CatalogCacheTags.slug(slug));
            Optional<Product> before =
                    Optional.ofNullable(upsertPlans.storedProducts().get(slug));
            plan.product().ifPresent(after -> tags.addAll(CatalogCacheTags.ofListingChange(before, after)));
            if (plan.categories().isPresent() && isListed(plan, before)) {
                tags.add(CatalogCacheTags.LISTINGS);
            }
        }
        if (!newCategories.isEmpty()) {
            tags.add(CatalogCacheTags.CATEGORIES);
        }
        return tags;
    }

    private static boolean changesAnything(ProductUpsertPlan plan) {
        return plan.product().isPresent()
                || !plan.variants().isEmpty()
                || plan.categories().isPresent();
    }

    private static List<NewEvent> events(UpsertPlans upsertPlans) {
        List<NewEvent> events = new ArrayList<>();
        for (ProductUpsertPlan plan : upsertPlans.plans()) {
            if (changesAnything(plan)) {
                String slug = plan.result().slug();
                Product before = upsertPlans.storedProducts().get(slug);
                long version =
                        before == null ? 1 : before.version() + (plan.product().isPresent() ? 1 : 0);
                List<String> skus = plan.variants().stream()
                        .map(Product.Variant::sku)
                        .sorted()
                        .toList();
                events.add(productEvent(
                        before == null ? ProductEvent.ProductCreated::new : ProductEvent.ProductUpdated::new,
                        plan.productId(),
                        slug,
                        version,
                        skus));
            }
        }
        return events;
    }

    /** The constructor of an event record. */
    private interface ProductEventConstructor {
        ProductEvent construct(ProductId id, String slug, List<String> skus);
    }

    private static NewEvent productEvent(
            ProductEventConstructor constructor, UUID product, String slug, long version, List<String> skus) {
        ProductId id = new ProductId(product);
        return new NewEvent(
                id.toString(),
                version,
                constructor.construct(id, slug, skus.size() > MAX_SKUS_PER_EVENT ? List.of() : skus));
    }

    private static boolean isListed(ProductUpsertPlan plan, Optional<Product> before) {
        return plan.product()
                .or(() -> before)
                .filter(CatalogCacheTags::isListed)
                .isPresent();
    }

    private record UpsertPlans(List<ProductUpsertPlan> plans, Map<String, Product> storedProducts, CategoryTree tree) {}

    private UpsertPlans plan(List<ProductDraft> drafts, ProductLevelRows productLevelRows, boolean locked) {
        if (drafts.size() > MAX_DRAFTS) {
            throw new IllegalArgumentException("%d drafts, at most %d".formatted(drafts.size(), MAX_DRAFTS));
        }
        List<String> slugs = storable(drafts.stream().map(ProductDraft::slug).toList());
        if (new HashSet<>(slugs).size() < slugs.size()) {
            throw new IllegalArgumentException("A slug occurs twice: " + slugs);
        }
        Map<String, Product> present =
                bySlug(locked ? statements.lockProductsBySlug(slugs) : statements.findProductsBySlug(slugs));
        Map<String, String> owners = new HashMap<>();
        statements
                .findOwnersBySku(storable(drafts.stream()
                        .flatMap(draft -> draft.variants().stream())
                        .map(VariantDraft::sku)
                        .toList()))
                .forEach(owner -> owners.put(owner.sku(), owner.slug()));
        CategoryTree tree = categories.loadTree();
        UnknownCodes unknownCodes = UnknownCodes.of(productCodes, drafts, present);
        List<ProductUpsertPlan> plans = new ArrayList<>();
        for (ProductDraft draft : drafts) {
            ProductUpsertPlan plan = ProductUpsertPlan.of(
                    draft,
                    Optional.ofNullable(present.get(draft.slug())),
                    tree,
                    owners,
                    unknownCodes,
                    productLevelRows);
            plans.add(plan);
            plan.variants().forEach(variant -> owners.put(variant.sku(), draft.slug()));
        }
        return new UpsertPlans(plans, present, tree);
    }

    private static boolean isStorable(String text) {
        return text.indexOf('\0') < 0;
    }

    @Override
    public List<ProductSnapshot> listSnapshotsAfter(Optional<ProductId> after, int limit) {
        CategoryTree tree = categories.loadTree();
        UUID start = after.map(ProductId::value).orElse(new UUID(0, 0));
        return statements.listProducts(new ProductFilter(null, null, null), start, limit).stream()
                .map(row -> snapshot(row, tree))
                .toList();
    }

    @Override
    public Map<String, ProductSnapshot> lockSnapshots(Collection<String> slugs) {
        return snapshots(statements.lockProductsBySlug(storable(slugs)));
    }

    @Override
    public Map<String, ProductSnapshot> findSnapshots(Collection<String> slugs) {
        return snapshots(statements.findProductsBySlug(storable(slugs)));
    }

    private static List<String> storable(Collection<String> texts) {
        return texts.stream().filter(PostgresCatalog::isStorable).toList();
    }

    private Map<String, ProductSnapshot> snapshots(List<Product> products) {
        Map<String, ProductSnapshot> snapshots = new HashMap<>();
        if (!products.isEmpty()) {
            CategoryTree tree = categories.loadTree();
            products.forEach(product -> snapshots.put(product.slug(), snapshot(product, tree)));
        }
        return snapshots;
    }

    @Override
    public List<ProductSnapshot> findSnapshotsBySku(Collection<String> skus) {
        CategoryTree tree = categories.loadTree();
        return statements.findProductsBySku(skus).stream()
                .map(row -> snapshot(row, tree))
                .toList();
    }

    @Override
    public SortedSet<String> attributeKeys(AttributeOwner owner, String prefix, int limit) {
        TreeSet<String> found = new TreeSet<>();
        List<AttributeKeyRow> page = attributeKeysAfter(new UUID(0, 0), owner, prefix, limit);
        while (!page.isEmpty()) {
            page.forEach(row -> {
                if (row.key() != null) {
                    found.add(row.key());
                }
            });
            while (found.size() > limit) {
                found.removeLast();
            }
            page = attributeKeysAfter(page.getFirst().lastId(), owner, prefix, limit);
        }
        return found;
    }

    /** Page by page, so that the time of a statement is bounded. */
    private List<AttributeKeyRow> attributeKeysAfter(UUID after, AttributeOwner owner, String prefix, int limit) {
        return statements.listAttributeKeys(owner, after, ATTRIBUTE_KEYS_PAGE_SIZE, prefix, limit);
    }

    @Override
    public List<String> currencies() {
        return statements.listCurrencies();
    }

    private static ProductSnapshot snapshot(Product row, CategoryTree tree) {
        return new ProductSnapshot(
                new ProductId(row.id()),
                row.asDraft(tree),
                row.variants().stream()
                        .map(variant -> new VariantId(variant.id()))
                        .toList());
    }

    @Override
    @Transactional
    public void pricesChanged(Map<VariantId, List<VariantPrice>> prices) {
        List<UUID> variants = prices.keySet().stream().map(VariantId::value).toList();
        statements.deletePrices(variants);
        statements.insertPrices(prices.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream()
                        .map(price -> new ListedPrice(
                                entry.getKey().value(),
                                price.price().currency(),
                                price.price().amount())))
                .toList());
        Set<CacheTag> tags = new HashSet<>();
        for (RepricedProduct product : statements.updateListingPrices(variants)) {
            tags.add(CatalogCacheTags.product(new ProductId(product.productId())));
            if (product.currency() != null && product.amount() != null) {
                tags.addAll(CatalogCacheTags.ofPrice(product.currency(), product.amount()));
            }
        }
        cacheInvalidation.publish(tags);
        outbox.publish(productEvents(ProductEvent.ProductPricesChanged::new, statements.findOwnersById(variants)));
    }

    @Override
    @Transactional
    public void listPricesChanged(Collection<VariantId> variants) {
        if (variants.isEmpty()) {
            return;
        }
        List<VariantOwnerRow> owners = statements.findOwnersById(
                variants.stream().map(VariantId::value).toList());
        cacheInvalidation.publish(productTags(owners));
        outbox.publish(productEvents(ProductEvent.ProductPricesChanged::new, owners));
    }

    private static Set<CacheTag> productTags(List<VariantOwnerRow> owners) {
        return owners.stream()
                .map(owner -> CatalogCacheTags.product(new ProductId(owner.productId())))
                .collect(Collectors.toSet());
    }

    @Override
    @Transactional
    public void availabilityChanged(Collection<String> skus) {
        if (skus.isEmpty()) {
            return;
        }
        List<VariantOwnerRow> owners = statements.findOwnersBySku(skus);
        cacheInvalidation.publish(productTags(owners));
        outbox.publish(productEvents(ProductEvent.ProductAvailabilityChanged::new, owners));
    }

    /** One event for each product, in the order of the product ids. */
    private static List<NewEvent> productEvents(ProductEventConstructor constructor, List<VariantOwnerRow> variants) {
        Map<UUID, List<VariantOwnerRow>> byProduct = variants.stream()
                .collect(Collectors.groupingBy(VariantOwnerRow::productId, LinkedHashMap::new, Collectors.toList()));
        return byProduct.values().stream()
                .map(owned -> productEvent(
                        constructor,
                        owned.getFirst().productId(),
                        owned.getFirst().slug(),
                        owned.getFirst().version(),
                        owned.stream().map(VariantOwnerRow::sku).toList()))
                .toList();
    }

    private static Map<String, Product> bySlug(List<Product> products) {
        return products.stream().collect(Collectors.toMap(Product::slug, Function.identity()));
    }
}
