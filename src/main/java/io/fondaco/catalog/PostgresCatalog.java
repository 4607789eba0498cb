package io.fondaco.catalog;

import io.fondaco.platform.cache.Changes;
import io.fondaco.platform.cache.Tag;
import io.fondaco.platform.messaging.EventType;
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
 * The catalogue in Postgres. Any number of drafts is three statements to read (products, SKU owners, categories) and at
 * most five to write.
 */
@ApplicationScoped
class PostgresCatalog implements Catalog, EventType.Source {
    private static final int MAX_DRAFTS = 1_000;
    private static final int MOST_SKUS_TOLD = 100;

    private static final EventType CREATED =
            new EventType("product.created", "A product came into the catalogue.", ProductNews.class);
    private static final EventType UPDATED =
            new EventType("product.updated", "A product, its variants or its categories changed.", ProductNews.class);
    private static final EventType PRICES =
            new EventType("product.prices_changed", "Variants of a product have other prices.", ProductNews.class);
    private static final EventType AVAILABILITY = new EventType(
            "product.availability_changed",
            "Variants of a product sold out, or can be bought again.",
            ProductNews.class);

    private final ProductStore store;
    private final Changes changes;
    private final Outbox outbox;

    PostgresCatalog(ProductStore store, Changes changes, Outbox outbox) {
        this.store = store;
        this.changes = changes;
        this.outbox = outbox;
    }

    @Override
    public List<EventType> eventTypes() {
        return List.of(CREATED, UPDATED, PRICES, AVAILABILITY);
    }

    @Override
    public Map<String, SellableVariant> variantsBySku(Collection<String> skus) {
        return store.session().doReturningWork(connection -> {
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
    public List<Upserted> upsert(List<ProductDraft> drafts, FirstRows firstRows) {
        Plans plans = plan(drafts, firstRows, true);
        List<ProductPlan> changing = plans.plans();
        Set<UUID> placed = new HashSet<>();
        List<ProductStore.Placement> placements = new ArrayList<>();
        List<CategoryTree.Node> grown = new ArrayList<>();
        for (ProductPlan plan : changing) {
            plan.categories().ifPresent(paths -> {
                placed.add(plan.productId());
                for (List<String> path : paths) {
                    grown.addAll(plans.tree().grow(path, io.fondaco.platform.identity.TypeId::newUuid));
                    placements.add(new ProductStore.Placement(
                            plan.productId(), plans.tree().find(path).orElseThrow(), paths.indexOf(path)));
                }
            });
        }
        store.insertCategories(grown);
        store.saveProducts(
                changing.stream().flatMap(plan -> plan.product().stream()).toList());
        store.replaceCategories(placed, placements);
        store.saveVariants(
                changing.stream().flatMap(plan -> plan.variants().stream()).toList());
        changes.tell(tags(plans, grown));
        outbox.tell(events(plans));
        return changing.stream().map(ProductPlan::outcome).toList();
    }

    @Override
    public List<Upserted> preview(List<ProductDraft> drafts, FirstRows firstRows) {
        return plan(drafts, firstRows, false).plans().stream()
                .map(ProductPlan::outcome)
                .toList();
    }

    private static Set<Tag> tags(Plans plans, List<CategoryTree.Node> grown) {
        Set<Tag> tags = new HashSet<>();
        for (ProductPlan plan : plans.plans()) {
            if (!changesAnything(plan)) {
                continue;
            }
            String slug = plan.outcome().slug();
            tags.add(CatalogTags.product(plan.productId()));
            tags.add(CatalogTags.slug(slug));
            Optional<ProductRow> before = Optional.ofNullable(plans.present().get(slug));
            plan.product().ifPresent(after -> tags.addAll(CatalogTags.moved(before, after)));
            if (plan.categories().isPresent() && isListed(plan, before)) {
                tags.add(CatalogTags.LISTINGS);
            }
        }
        if (!grown.isEmpty()) {
            tags.add(CatalogTags.CATEGORIES);
        }
        return tags;
    }

    private static boolean changesAnything(ProductPlan plan) {
        return plan.product().isPresent()
                || !plan.variants().isEmpty()
                || plan.categories().isPresent();
    }

    private static List<NewEvent> events(Plans plans) {
        List<NewEvent> events = new ArrayList<>();
        for (ProductPlan plan : plans.plans()) {
            if (changesAnything(plan)) {
                String slug = plan.outcome().slug();
                ProductRow before = plans.present().get(slug);
                long version =
                        before == null ? 1 : before.version() + (plan.product().isPresent() ? 1 : 0);
                List<String> skus = plan.variants().stream()
                        .map(ProductRow.VariantRow::sku)
                        .sorted()
                        .toList();
                events.add(news(before == null ? CREATED : UPDATED, plan.productId(), slug, version, skus));
            }
        }
        return events;
    }

    private static NewEvent news(EventType type, UUID product, String slug, long version, List<String> skus) {
        ProductId id = new ProductId(product);
        return new NewEvent(
                type,
                id.toString(),
                version,
                new ProductNews(id, slug, skus.size() > MOST_SKUS_TOLD ? List.of() : skus));
    }

    private static boolean isListed(ProductPlan plan, Optional<ProductRow> before) {
        return plan.product().or(() -> before).filter(CatalogTags::isListed).isPresent();
    }

    private record Plans(List<ProductPlan> plans, Map<String, ProductRow> present, CategoryTree tree) {}

    private Plans plan(List<ProductDraft> drafts, FirstRows firstRows, boolean locked) {
        if (drafts.size() > MAX_DRAFTS) {
            throw new IllegalArgumentException("%d drafts, at most %d".formatted(drafts.size(), MAX_DRAFTS));
        }
        List<String> slugs = drafts.stream()
                .map(ProductDraft::slug)
                .filter(PostgresCatalog::storable)
                .toList();
        if (new HashSet<>(slugs).size() < slugs.size()) {
            throw new IllegalArgumentException("A slug is named twice: " + slugs);
        }
        Map<String, ProductRow> present = store.findBySlugs(slugs, locked);
        Map<String, String> owners = store.ownersOf(drafts.stream()
                .flatMap(draft -> draft.variants().stream())
                .map(VariantDraft::sku)
                .filter(PostgresCatalog::storable)
                .toList());
        CategoryTree tree = store.categories();
        List<ProductPlan> plans = new ArrayList<>();
        for (ProductDraft draft : drafts) {
            ProductPlan plan =
                    ProductPlan.of(draft, Optional.ofNullable(present.get(draft.slug())), tree, owners, firstRows);
            plans.add(plan);
            plan.variants().forEach(variant -> owners.put(variant.sku(), draft.slug()));
        }
        return new Plans(plans, present, tree);
    }

    private static boolean storable(String text) {
        return text.indexOf('\0') < 0;
    }

    @Override
    public List<ProductSnapshot> snapshotsAfter(Optional<ProductId> after, int limit) {
        CategoryTree tree = store.categories();
        UUID start = after.map(ProductId::value).orElse(new UUID(0, 0));
        return store
                .find("WHERE p.id > ? ORDER BY p.id LIMIT ?", (_, select) -> {
                    select.setObject(1, start);
                    select.setInt(2, limit);
                })
                .stream()
                .map(row -> snapshot(row, tree))
                .toList();
    }

    @Override
    public Map<String, ProductSnapshot> lockedSnapshots(Collection<String> slugs) {
        return snapshots(slugs, true);
    }

    @Override
    public Map<String, ProductSnapshot> snapshots(Collection<String> slugs) {
        return snapshots(slugs, false);
    }

    private Map<String, ProductSnapshot> snapshots(Collection<String> slugs, boolean locked) {
        Map<String, ProductRow> rows = store.findBySlugs(
                slugs.stream().filter(PostgresCatalog::storable).toList(), locked);
        Map<String, ProductSnapshot> snapshots = new HashMap<>();
        if (!rows.isEmpty()) {
            CategoryTree tree = store.categories();
            rows.forEach((slug, row) -> snapshots.put(slug, snapshot(row, tree)));
        }
        return snapshots;
    }

    @Override
    public List<ProductSnapshot> snapshotsOf(Collection<String> skus) {
        CategoryTree tree = store.categories();
        return store
                .find(
                        "WHERE p.id IN (SELECT product_id FROM catalog.variant WHERE sku = ANY (?)) ORDER BY p.id",
                        (connection, select) -> select.setArray(1, connection.createArrayOf("text", skus.toArray())))
                .stream()
                .map(row -> snapshot(row, tree))
                .toList();
    }

    @Override
    public SortedSet<String> attributeKeys(AttributesOf owner, String prefix, int limit) {
        return store.attributeKeys(owner, prefix, limit);
    }

    @Override
    public List<String> currencies() {
        return store.currencies();
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
    public void pricesChanged(Map<VariantId, List<PriceTag>> prices) {
        List<ProductStore.Repriced> repriced = store.replacePrices(
                prices.keySet().stream().map(VariantId::value).toList(),
                prices.entrySet().stream()
                        .flatMap(entry -> entry.getValue().stream()
                                .map(tag -> new ProductStore.ListedPrice(
                                        entry.getKey().value(),
                                        tag.price().currency(),
                                        tag.price().amount())))
                        .toList());
        Set<Tag> tags = new HashSet<>();
        for (ProductStore.Repriced product : repriced) {
            tags.add(CatalogTags.product(product.productId()));
            product.lowest().ifPresent(price -> tags.addAll(CatalogTags.atPrice(price.currency(), price.amount())));
        }
        changes.tell(tags);
        List<UUID> variants = prices.keySet().stream().map(VariantId::value).toList();
        outbox.tell(store.owners("v.id = ANY (?)", "uuid", variants).stream()
                .map(owner -> news(PRICES, owner.product(), owner.slug(), owner.version(), owner.skus()))
                .toList());
    }

    @Override
    @Transactional
    public void availabilityChanged(Collection<String> skus) {
        if (skus.isEmpty()) {
            return;
        }
        List<ProductStore.Owner> owners = store.owners("v.sku = ANY (?)", "text", skus);
        changes.tell(owners.stream()
                .map(owner -> CatalogTags.product(owner.product()))
                .toList());
        outbox.tell(owners.stream()
                .map(owner -> news(AVAILABILITY, owner.product(), owner.slug(), owner.version(), owner.skus()))
                .toList());
    }
}
