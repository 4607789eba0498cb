package io.fondaco.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.Media;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShopifyProductsTest {
    @Test
    void rowsOfOneHandleBecomeOneProduct() {
        PlannedProduct planned = plan("""
                Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,Image Position,Image Alt Text,Google Shopping / MPN,Cost per item,Status
                shawl,Shawl,<p>Warm</p>,Lane,Clothing > Shawls,Shawl,"wool, winter",TRUE,Colour,Red,SH-R,250.4,shopify,7,deny,19.90,25.00,https://i/1.jpg,2,Front,MPN1,8.00,active
                shawl,,,,,,,,,Blue,SH-B,250,,,continue,19.90,,,,,,,
                shawl,,,,,,,,,,,,,,,,,https://i/0.jpg,1,Back,,,
                """);

        ProductDraft draft = planned.draft().orElseThrow();
        assertThat(draft.slug()).isEqualTo("shawl");
        assertThat(draft.categories()).containsExactly(List.of("Clothing", "Shawls"));
        assertThat(draft.tags()).containsExactly("wool", "winter");
        assertThat(draft.status()).isEqualTo(ProductStatus.ACTIVE);
        assertThat(draft.options()).containsExactly("Colour");
        assertThat(draft.media())
                .containsExactly(new Media("https://i/0.jpg", "Back"), new Media("https://i/1.jpg", "Front"));
        assertThat(draft.attributes()).isEqualTo(Map.of("shopify.google_mpn", "MPN1"));
        assertThat(draft.variants()).extracting(VariantDraft::sku).containsExactly("SH-R", "SH-B");
        VariantDraft red = draft.variants().getFirst();
        assertThat(red.weightGrams()).isEqualTo(250);
        assertThat(red.inventoryTracked()).isTrue();
        assertThat(red.attributes()).isEqualTo(Map.of("shopify.cost_per_item", "8.00"));
        VariantDraft blue = draft.variants().getLast();
        assertThat(blue.inventoryTracked()).isFalse();
        assertThat(blue.inventoryPolicy()).isEqualTo(InventoryPolicy.CONTINUE);
        assertThat(planned.rows())
                .containsExactly(
                        new PlannedRow.OfVariant(
                                2,
                                "SH-R",
                                List.of(new WantedPrice(
                                        Money.of(1990, "EUR"), Optional.of(Money.of(2500, "EUR")), true)),
                                Optional.of(7L)),
                        new PlannedRow.OfVariant(
                                3,
                                "SH-B",
                                List.of(new WantedPrice(Money.of(1990, "EUR"), Optional.empty(), true)),
                                Optional.empty()),
                        new PlannedRow.OfProduct(4));
    }

    @Test
    void theNewerColumnNamesMeanTheSame() {
        ProductDraft draft = plan("""
                Title,URL handle,Description,Status,SKU,Price,Weight value (grams),Charge tax,Continue selling when out of stock,Fabric (product.metafields.custom.fabric)
                Scarf,scarf,<b>Soft</b>,Draft,SC,5,90,FALSE,DENY,silk
                """).draft().orElseThrow();

        assertThat(draft.description()).isEqualTo("<b>Soft</b>");
        assertThat(draft.status()).isEqualTo(ProductStatus.DRAFT);
        assertThat(draft.attributes()).isEqualTo(Map.of("shopify.product.metafields.custom.fabric", "silk"));
        assertThat(draft.variants().getFirst().taxable()).isFalse();
        assertThat(draft.options()).isNull();
    }

    @Test
    void aProductWithTheDefaultTitleHasNoOptions() {
        ProductDraft draft = plan("""
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price
                mug,Mug,Title,Default Title,,9
                """).draft().orElseThrow();

        assertThat(draft.options()).isEmpty();
        assertThat(draft.variants().getFirst().optionValues()).isEmpty();
        assertThat(draft.variants().getFirst().sku()).isEqualTo("mug");
    }

    @Test
    void aMissingSkuIsDerivedFromHandleAndOptionValues() {
        assertThat(DerivedSku.of("mug", List.of("Red", "M"))).isEqualTo("mug-Red-M");
        assertThat(DerivedSku.of("mug", List.of("a-b"))).startsWith("mug-a-b-").hasSize(16);
        assertThat(DerivedSku.of("mug", List.of("a b"))).isNotEqualTo(DerivedSku.of("mug", List.of("a-b")));
        assertThat(DerivedSku.of("mug", List.of("🙂"))).isNotEqualTo(DerivedSku.of("mug", List.of("🙃")));
        assertThat(DerivedSku.of("x".repeat(200), List.of())).hasSize(RowReader.MAX_SKU_LENGTH);
    }

    @Test
    void aBadRowRefusesItselfAlone() {
        PlannedProduct planned = plan("""
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price
                mug,Mug,Size,S,M-S,"9,50"
                mug,,,M,M-M,9.50
                mug,,,L,M-M,9.50
                mug,,,XL,M-XL
                mug,,,XXL,M-\0,9.50
                """);

        assertThat(planned.draft().orElseThrow().variants())
                .extracting(VariantDraft::sku)
                .containsExactly("M-M");
        assertThat(errors(planned))
                .extracting(RowError::row, RowError::column, RowError::code)
                .containsExactly(
                        tuple(2L, "Variant Price", "invalid_price"),
                        tuple(4L, "Variant SKU", "duplicate_sku"),
                        tuple(5L, "", "wrong_column_count"),
                        tuple(6L, "Variant SKU", "invalid_character"));
        assertThat(errors(planned).getFirst().detail()).isEqualTo("'9,50' is not a price in EUR");
    }

    @Test
    void aBadHeadRefusesTheWholeProduct() {
        PlannedProduct planned = plan("""
                Handle,Title,Status,Variant SKU,Variant Price
                mug,Mug,sold,M-S,9
                mug,,,M-M,9.50
                """);

        assertThat(planned.draft()).isEmpty();
        assertThat(errors(planned)).extracting(RowError::code).containsExactly("invalid_status", "product_rejected");
        assertThat(errors(planned).getLast().detail()).contains("row 2").contains("sold");
    }

    @Test
    void aHeaderWithoutItsColumnsIsRefusedByName() {
        assertThatThrownBy(() -> plan("Handle;Title\nx;y\n")).hasMessageContaining("commas, not semicolons");
        assertThatThrownBy(() -> plan("Handle,Body (HTML)\nx,y\n")).hasMessageContaining("lacks the column 'Title'");
        assertThatThrownBy(() -> plan("Handle,Title,title\nx,y,z\n")).hasMessageContaining("twice");
    }

    private static List<RowError> errors(PlannedProduct planned) {
        return planned.rows().stream()
                .filter(PlannedRow.Refused.class::isInstance)
                .map(row -> ((PlannedRow.Refused) row).error())
                .toList();
    }

    private static PlannedProduct plan(String file) {
        CsvRows rows = CsvRowsTest.open(file);
        Header header = new Header(rows.next().orElseThrow());
        ProductRows products = new ProductRows(rows, new ShopifyProducts(header, "EUR"));
        return products.plan(products.next().orElseThrow());
    }
}
