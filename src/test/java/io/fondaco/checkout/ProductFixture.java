package io.fondaco.checkout;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.StockCount;
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

/** Puts things on the shelf for a test, each under a SKU of its own. */
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

    /** A new product in GBP that is delivered. Returns its SKU. */
    @Transactional
    @ActivateRequestContext
    public String createProduct(long pence, long available) {
        return createProduct("Thing", pence, available);
    }

    /** The same, under a title of its own. */
    @Transactional
    @ActivateRequestContext
    public String createProduct(String title, long pence, long available) {
        String sku = TypeId.format("sku", TypeId.newUuid()).toUpperCase(Locale.ROOT);
        VariantDraft variant =
                new VariantDraft(sku, List.of(), null, null, true, InventoryPolicy.DENY, true, true, null, null);
        ProductDraft product = new ProductDraft(
                sku.toLowerCase(Locale.ROOT).replace('_', '-'),
                title,
                "",
                null,
                null,
                ProductStatus.ACTIVE,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
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

    @Transactional
    @ActivateRequestContext
    public long availableStock(String sku) {
        return inventory.availableQuantities(List.of(sku)).getOrDefault(sku, 0L);
    }
}
