package io.fondaco.catalog;

import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.UUID;

/**
 * {@link Catalog} in Postgres. An upsert of any number of drafts takes three statements to read (products, SKU owners,
 * categories) and at most five to write.
 */
@ApplicationScoped
class PostgresCatalog implements Catalog, EventTypeRegistry.EventTypeProvider {
    private static final int MAX_DRAFTS = 1_000;
    private static final int MAX_SKUS_PER_EVENT = 100;

    private final ProductRepository productRepository;
    private final CategoryRepository categories;
    private final CacheInvalidation cacheInvalidation;
    private final Outbox outbox;

    PostgresCatalog(
            ProductRepository productRepository,
            CategoryRepository categories,
            CacheInvalidation cacheInvalidation,
            Outbox outbox) {
        this.productRepository = productRepository;
        this.categories = categories;
        this.cacheInvalidation = cacheInvalidation;
        this.outbox = outbox;
    }

    @Override
    public Class<ProductEvent> events() {
        return ProductEvent.class;
    }

    @Override
    public Map<String, SellableVariant> variantsBySku(Collection<String> skus) {
        return productRepository.session().doReturningWork(connection -> {
            Map<String, SellableVariant> found = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT v.id, v.product_id, v.sku, p.title, array_to_string(v.option_values, ' / '),
                           p.status = 'active', v.inventory_tracked AND v.inventory_policy = 'deny', v.requires_shipping
                      FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id
                     WHERE v.sku = ANY (ARRAY (SELECT unnest(?::text[])))
                    """)) {
                select.setArray(1, connection.createArrayOf("text", skus.toArray()));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        String options = rows.getString(5);
                        found.put(
                                rows.getString(3),
                                new SellableVariant(
                                        new VariantId(rows.getObject(1, UUID.class)),
                                        new ProductId(rows.getObject(2, UUID.class)),
                                        rows.getString(3),
                                        options.isEmpty() ? rows.getString(4) : rows.getString(4) + ", " + options,
                                        rows.getBoolean(6),
                                        rows.getBoolean(7),
                                        rows.getBoolean(8)));
                    }
                }
            }
            return found;
        });
    }

    @Override
    @Transactional
    public List<ProductUpsertResult> upsert(List<ProductDraft> drafts, ProductLevelRows productLevelRows) {
        UpsertPlans upsertPlans = plan(drafts, productLevelRows, true);
        List<ProductUpsertPlan> plans = upsertPlans.plans();
        Set<UUID> movedProducts = new HashSet<>();
        List<ProductRepository.CategoryPlacement> placements = new ArrayList<>();
        List<CategoryTree.CategoryEntry> newCategories = new ArrayList<>();
        for (ProductUpsertPlan plan : plans) {
            plan.categories().ifPresent(paths -> {
                movedProducts.add(plan.productId());
                for (List<String> path : paths) {
                    newCategories.addAll(
                            upsertPlans.tree().addMissing(path, io.fondaco.platform.identity.TypeId::newUuid));
                    placements.add(new ProductRepository.CategoryPlacement(
                            plan.productId(), upsertPlans.tree().find(path).orElseThrow(), paths.indexOf(path)));
                }
            });
        }
        productRepository.insertCategories(newCategories);
        productRepository.saveProducts(
                plans.stream().flatMap(plan -> plan.product().stream()).toList());
        productRepository.replaceCategoryPlacements(movedProducts, placements);
        productRepository.saveVariants(
                plans.stream().flatMap(plan -> plan.variants().stream()).toList());
        cacheInvalidation.publish(invalidatedTags(upsertPlans, newCategories));
        outbox.publish(events(upsertPlans));
        return plans.stream().map(ProductUpsertPlan::result).toList();
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
            tags.add(CatalogCacheTags.product(plan.productId()));
            tags.add(CatalogCacheTags.slug(slug));
            Optional<ProductRow> before =
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
                ProductRow before = upsertPlans.storedProducts().get(slug);
                long version =
                        before == null ? 1 : before.version() + (plan.product().isPresent() ? 1 : 0);
                List<String> skus = plan.variants().stream()
                        .map(ProductRow.VariantRow::sku)
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

    private static boolean isListed(ProductUpsertPlan plan, Optional<ProductRow> before) {
        return plan.product()
                .or(() -> before)
                .filter(CatalogCacheTags::isListed)
                .isPresent();
    }

    private record UpsertPlans(
            List<ProductUpsertPlan> plans, Map<String, ProductRow> storedProducts, CategoryTree tree) {}

    private UpsertPlans plan(List<ProductDraft> drafts, ProductLevelRows productLevelRows, boolean locked) {
        if (drafts.size() > MAX_DRAFTS) {
            throw new IllegalArgumentException("%d drafts, at most %d".formatted(drafts.size(), MAX_DRAFTS));
        }
        List<String> slugs = drafts.stream()
                .map(ProductDraft::slug)
                .filter(PostgresCatalog::isStorable)
                .toList();
        if (new HashSet<>(slugs).size() < slugs.size()) {
            throw new IllegalArgumentException("A slug occurs twice: " + slugs);
        }
        Map<String, ProductRow> present = productRepository.findBySlugs(slugs, locked);
        Map<String, String> owners = productRepository.findProductSlugsBySku(drafts.stream()
                .flatMap(draft -> draft.variants().stream())
                .map(VariantDraft::sku)
                .filter(PostgresCatalog::isStorable)
                .toList());
        CategoryTree tree = categories.loadTree();
        List<ProductUpsertPlan> plans = new ArrayList<>();
        for (ProductDraft draft : drafts) {
            ProductUpsertPlan plan = ProductUpsertPlan.of(
                    draft, Optional.ofNullable(present.get(draft.slug())), tree, owners, productLevelRows);
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
        return productRepository
                .find("WHERE p.id > ? ORDER BY p.id LIMIT ?", (_, select) -> {
                    select.setObject(1, start);
                    select.setInt(2, limit);
                })
                .stream()
                .map(row -> snapshot(row, tree))
                .toList();
    }

    @Override
    public Map<String, ProductSnapshot> lockSnapshots(Collection<String> slugs) {
        return findSnapshots(slugs, true);
    }

    @Override
    public Map<String, ProductSnapshot> findSnapshots(Collection<String> slugs) {
        return findSnapshots(slugs, false);
    }

    private Map<String, ProductSnapshot> findSnapshots(Collection<String> slugs, boolean locked) {
        Map<String, ProductRow> rows = productRepository.findBySlugs(
                slugs.stream().filter(PostgresCatalog::isStorable).toList(), locked);
        Map<String, ProductSnapshot> snapshots = new HashMap<>();
        if (!rows.isEmpty()) {
            CategoryTree tree = categories.loadTree();
            rows.forEach((slug, row) -> snapshots.put(slug, snapshot(row, tree)));
        }
        return snapshots;
    }

    @Override
    public List<ProductSnapshot> findSnapshotsBySku(Collection<String> skus) {
        CategoryTree tree = categories.loadTree();
        return productRepository
                .find(
                        "WHERE p.id IN (SELECT product_id FROM catalog.variant WHERE sku = ANY (?)) ORDER BY p.id",
                        (connection, select) -> select.setArray(1, connection.createArrayOf("text", skus.toArray())))
                .stream()
                .map(row -> snapshot(row, tree))
                .toList();
    }

    @Override
    public SortedSet<String> attributeKeys(AttributeOwner owner, String prefix, int limit) {
        return productRepository.attributeKeys(owner, prefix, limit);
    }

    @Override
    public List<String> currencies() {
        return productRepository.currencies();
    }

    private static ProductSnapshot snapshot(ProductRow row, CategoryTree tree) {
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
        List<ProductRepository.RepricedProduct> repriced = productRepository.replacePrices(
                prices.keySet().stream().map(VariantId::value).toList(),
                prices.entrySet().stream()
                        .flatMap(entry -> entry.getValue().stream()
                                .map(price -> new ProductRepository.ListedPrice(
                                        entry.getKey().value(),
                                        price.price().currency(),
                                        price.price().amount())))
                        .toList());
        Set<CacheTag> tags = new HashSet<>();
        for (ProductRepository.RepricedProduct product : repriced) {
            tags.add(CatalogCacheTags.product(product.productId()));
            product.lowest()
                    .ifPresent(price -> tags.addAll(CatalogCacheTags.ofPrice(price.currency(), price.amount())));
        }
        cacheInvalidation.publish(tags);
        List<UUID> variants = prices.keySet().stream().map(VariantId::value).toList();
        outbox.publish(productRepository.findVariantOwners("v.id = ANY (?)", "uuid", variants).stream()
                .map(variantOwner -> productEvent(
                        ProductEvent.ProductPricesChanged::new,
                        variantOwner.productId(),
                        variantOwner.slug(),
                        variantOwner.version(),
                        variantOwner.skus()))
                .toList());
    }

    @Override
    @Transactional
    public void availabilityChanged(Collection<String> skus) {
        if (skus.isEmpty()) {
            return;
        }
        List<ProductRepository.VariantOwner> owners =
                productRepository.findVariantOwners("v.sku = ANY (?)", "text", skus);
        cacheInvalidation.publish(owners.stream()
                .map(variantOwner -> CatalogCacheTags.product(variantOwner.productId()))
                .toList());
        outbox.publish(owners.stream()
                .map(variantOwner -> productEvent(
                        ProductEvent.ProductAvailabilityChanged::new,
                        variantOwner.productId(),
                        variantOwner.slug(),
                        variantOwner.version(),
                        variantOwner.skus()))
                .toList());
    }
}
