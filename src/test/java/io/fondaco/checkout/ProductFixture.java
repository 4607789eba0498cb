package io.fondaco.checkout;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.inventory.StockKey;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.money.Money;
import io.fondaco.pricing.Pricing;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Creates products for a test, each with its own SKU. */
@ApplicationScoped
public class ProductFixture {
    private final Catalog catalog;
    private final Pricing pricing;
    private final Inventory inventory;

    ProductFixture(Catalog catalog, Pricing pricing, Inventory inventory) {
        this.catalog = catalog;
        this.pricing = pricing;
        this.inventory = inventory;
    }

    /** Creates a product that requires shipping, with a price in GBP. Returns its SKU. */
    @Transactional
    @ActivateRequestContext
    public String createProduct(long pence, long available) {
        return createProduct("Thing", pence, available);
    }

    /** Creates a product with this title. */
    @Transactional
    @ActivateRequestContext
    public String createProduct(String title, long pence, long available) {
        return createProduct(title, List.of(), pence, available);
    }

    /**
     * Creates a product in these categories.
     *
     * @param categories the path of each, by names from its root; they are created if they do not exist
     */
    @Transactional
    @ActivateRequestContext
    public String createProduct(String title, List<List<String>> categories, long pence, long available) {
        String sku = TypeId.format("sku", TypeId.newUuid()).toUpperCase(Locale.ROOT);
        VariantDraft variant = new VariantDraft(
                sku, List.of(), null, null, null, null, null, true, InventoryPolicy.DENY, true, null, true, null, null);
        ProductDraft product = new ProductDraft(
                slug(sku),
                title,
                "",
                null,
                null,
                ProductStatus.ACTIVE,
                List.of(),
                categories,
                List.of(),
                List.of(),
                null,
                null,
                null,
                null,
                null,
                List.of(variant));
        VariantId id = catalog.upsert(List.of(product))
                .getFirst()
                .variants()
                .get(sku)
                .id()
                .orElseThrow();
        pricing.savePrices(Map.of(id, List.of(new VariantPrice(Money.of(pence, "GBP"), Optional.empty()))));
        inventory.recordCounts(List.of(new StockCount(StockKey.atDefaultLocation(sku), available)), "test");
        return sku;
    }

    /** The slug of the product with this SKU. */
    public static String slug(String sku) {
        return sku.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Transactional
    @ActivateRequestContext
    public long availableStock(String sku) {
        return inventory.availableQuantities(List.of(sku)).getOrDefault(sku, 0L);
    }
}
