package io.fondaco.productfiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.Media;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.CsvRowReader;
import io.fondaco.platform.money.Money;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShopifyProductParserTest {
    @Test
    void rowsOfOneHandleBecomeOneProduct() {
        StagedProduct staged = parse("""
                Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,\
                Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,\
                Variant Price,Variant Compare At Price,Image Src,Image Position,Image Alt Text,Google Shopping / MPN,\
                Cost per item,Status
                shawl,Shawl,<p>Warm</p>,Lane,Clothing > Shawls,Shawl,"wool, winter",TRUE,Colour,Red,SH-R,250.4,\
                shopify,7,deny,19.90,25.00,https://i/1.jpg,2,Front,MPN1,8.00,active
                shawl,,,,,,,,,Blue,SH-B,250,,,continue,19.90,,,,,,,
                shawl,,,,,,,,,,,,,,,,,https://i/0.jpg,1,Back,,,
                """);

        ProductDraft draft = staged.draft().orElseThrow();
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
        assertThat(staged.rows())
                .containsExactly(
                        new StagedRow.StagedVariantRow(
                                2,
                                "SH-R",
                                List.of(new ImportedPrice(
                                        Money.of(1990, "EUR"), Optional.of(Money.of(2500, "EUR")), true)),
                                Optional.of(7L)),
                        new StagedRow.StagedVariantRow(
                                3,
                                "SH-B",
                                List.of(new ImportedPrice(Money.of(1990, "EUR"), Optional.empty(), true)),
                                Optional.empty()),
                        new StagedRow.ProductOnlyRow(4));
    }

    @Test
    void currentColumnNamesAreReadLikeLegacyOnes() {
        ProductDraft draft = parse("""
                Title,URL handle,Description,Status,SKU,Price,Weight value (grams),Charge tax,\
                Continue selling when out of stock,Fabric (product.metafields.custom.fabric)
                Scarf,scarf,<b>Soft</b>,Draft,SC,5,90,FALSE,DENY,silk
                """).draft().orElseThrow();

        assertThat(draft.description()).isEqualTo("<b>Soft</b>");
        assertThat(draft.status()).isEqualTo(ProductStatus.DRAFT);
        assertThat(draft.attributes()).isEqualTo(Map.of("shopify.product.metafields.custom.fabric", "silk"));
        assertThat(draft.variants().getFirst().taxable()).isFalse();
        assertThat(draft.options()).isNull();
    }

    @Test
    void productWithDefaultTitleHasNoOptions() {
        ProductDraft draft = parse("""
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price
                mug,Mug,Title,Default Title,,9
                """).draft().orElseThrow();

        assertThat(draft.options()).isEmpty();
        assertThat(draft.variants().getFirst().optionValues()).isEmpty();
        assertThat(draft.variants().getFirst().sku()).isEqualTo("mug");
    }

    @Test
    void missingSkuIsDerivedFromHandleAndOptionValues() {
        assertThat(DerivedSku.of("mug", List.of("Red", "M"))).isEqualTo("mug-Red-M");
        assertThat(DerivedSku.of("mug", List.of("a-b"))).startsWith("mug-a-b-").hasSize(16);
        assertThat(DerivedSku.of("mug", List.of("a b"))).isNotEqualTo(DerivedSku.of("mug", List.of("a-b")));
        assertThat(DerivedSku.of("mug", List.of("🙂"))).isNotEqualTo(DerivedSku.of("mug", List.of("🙃")));
        assertThat(DerivedSku.of("x".repeat(300), List.of())).hasSize(RowReader.MAX_SKU_LENGTH);
    }

    @Test
    void invalidRowIsRejectedAlone() {
        StagedProduct staged = parse("""
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price
                mug,Mug,Size,S,M-S,"9,50"
                mug,,,M,M-M,9.50
                mug,,,M,M-M2,9.50
                mug,,,XL,M-XL,9.50,,stray
                mug,,,XXL,M-\0,9.50
                """);

        assertThat(staged.draft().orElseThrow().variants())
                .extracting(VariantDraft::sku)
                .containsExactly("M-M");
        assertThat(errors(staged))
                .extracting(RowError::row, RowError::column, RowError::code)
                .containsExactly(
                        tuple(2L, "Variant Price", "invalid_price"),
                        tuple(4L, "Option1 Value", "duplicate_options"),
                        tuple(5L, "", "wrong_column_count"),
                        tuple(6L, "Variant SKU", "invalid_character"));
        assertThat(errors(staged).getFirst().detail()).isEqualTo("'9,50' is not a price in EUR");
    }

    @Test
    void invalidFirstRowRejectsTheWholeProduct() {
        StagedProduct staged = parse("""
                Handle,Title,Status,Variant SKU,Variant Price
                mug,Mug,sold,M-S,9
                mug,,,M-M,9.50
                """);

        assertThat(staged.draft()).isEmpty();
        assertThat(errors(staged)).extracting(RowError::code).containsExactly("invalid_status", "product_rejected");
        assertThat(errors(staged).getLast().detail()).contains("row 2").contains("sold");
    }

    @Test
    void invalidHeaderIsRejectedWithReason() {
        assertThatThrownBy(() -> parse("Handle;Title\nx;y\n")).hasMessageContaining("commas, not semicolons");
        assertThatThrownBy(() -> parse("Handle,Body (HTML)\nx,y\n")).hasMessageContaining("lacks the column 'Title'");
        assertThatThrownBy(() -> parse("Handle,Title,title\nx,y,z\n")).hasMessageContaining("twice");
    }

    @Test
    void missingTrailingCellsAndEmptyExtraCellsAreIgnored() {
        StagedProduct staged = parse("""
                Handle,Title,Variant SKU,Variant Price,Tags,,
                mug,Mug,M-1,9
                """);

        assertThat(errors(staged)).isEmpty();
        assertThat(staged.draft().orElseThrow().tags()).isEmpty();
        assertThat(errors(parse("Handle,Title,Variant Price\nmug,Mug,9,,\n"))).isEmpty();
        assertThat(errors(parse("Handle,,Title,Variant Price\nmug,7,Mug,9\n")))
                .extracting(RowError::code)
                .containsExactly("unnamed_column");
    }

    @Test
    void unpublishedActiveProductIsHiddenAndExportedUnchanged() {
        for (String columns :
                List.of("FALSE,active", "TRUE,unlisted", "FALSE,unlisted", "TRUE,draft", "TRUE,archived")) {
            String file = "Handle,Title,Published,Status,Variant Price\nhid,Hidden," + columns + ",5\n";
            ProductDraft draft = parse(file).draft().orElseThrow();

            assertThat(draft.status()).isNotEqualTo(ProductStatus.ACTIVE);
            assertThat(exported(draft))
                    .containsEntry("Published", columns.split(",")[0].toLowerCase(Locale.ROOT))
                    .containsEntry("Status", columns.split(",")[1]);
        }
        ProductDraft published = parse("Handle,Title,Published,Status,Variant Price\nhid,Hidden,TRUE,active,5\n")
                .draft()
                .orElseThrow();
        assertThat(published.status()).isEqualTo(ProductStatus.ACTIVE);
        assertThat(published.attributes()).isNull();
    }

    @Test
    void statusChangedByStaffIsExported() {
        ProductDraft hidden = parse("Handle,Title,Published,Status,Variant Price\nhid,Hidden,FALSE,active,5\n")
                .draft()
                .orElseThrow();
        ProductDraft sold = new ProductDraft(
                "hid",
                "Hidden",
                "",
                "",
                "",
                ProductStatus.ACTIVE,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                "",
                "",
                null,
                null,
                hidden.attributes(),
                List.of(variant("hid")));

        assertThat(exported(sold)).containsEntry("Published", "true").containsEntry("Status", "active");
    }

    @Test
    void weightsAreConvertedFromTheirUnit() {
        for (List<String> weight : List.of(
                List.of("1.5", "kg", "1500"),
                List.of("2", "lb", "907"),
                List.of("8", "oz", "227"),
                List.of("7", "g", "7"))) {
            ProductDraft draft = parse("Handle,Title,Variant Weight,Variant Weight Unit,Variant Price\na,A,%s,%s,5\n"
                            .formatted(weight.get(0), weight.get(1)))
                    .draft()
                    .orElseThrow();
            assertThat(draft.variants().getFirst().weightGrams()).isEqualTo(Long.parseLong(weight.get(2)));
        }
        assertThat(errors(parse("Handle,Title,Variant Weight,Variant Weight Unit,Variant Price\na,A,2,stone,5\n")))
                .extracting(RowError::column, RowError::code)
                .containsExactly(tuple("Variant Weight Unit", "invalid_weight_unit"));
        assertThatThrownBy(() -> parse("Handle,Title,Variant Weight,Variant Price\na,A,1.5,5\n"))
                .hasMessageContaining("Variant Weight Unit");
    }

    @Test
    void apostropheBeforeANumberIsDroppedFromSkuAndBarcode() {
        VariantDraft variant = parse("Handle,Title,Variant SKU,Variant Barcode,Variant Price\na,A,'101,'202,5\n")
                .draft()
                .orElseThrow()
                .variants()
                .getFirst();

        assertThat(variant.sku()).isEqualTo("101");
        assertThat(variant.barcode()).isEqualTo("202");
    }

    @Test
    void skuMayHave255Characters() {
        assertThat(errors(parse("Handle,Title,Variant SKU,Variant Price\na,A," + "x".repeat(255) + ",5\n")))
                .isEmpty();
        assertThat(errors(parse("Handle,Title,Variant SKU,Variant Price\na,A," + "x".repeat(256) + ",5\n")))
                .extracting(RowError::code)
                .containsExactly("invalid_sku");
    }

    @Test
    void invalidHandleIsConvertedToASlugAndKeptForExport() {
        for (List<String> handle : List.of(
                List.of("foo®-cap", "foo-cap"),
                List.of("x-(y)", "x-y"),
                List.of("My Mug", "my-mug"),
                List.of("UP", "up"),
                List.of("the\u0301", "th\u00e9"))) {
            StagedProduct staged = parse("Handle,Title,Variant Price\n" + handle.get(0) + ",Thing,5\n");

            assertThat(staged.draft().orElseThrow().slug()).isEqualTo(handle.get(1));
            assertThat(staged.warnings()).extracting(RowError::code).containsExactly("handle_changed");
            assertThat(exported(staged.draft().orElseThrow())).containsEntry("Handle", handle.get(0));
        }
        assertThat(parse("Title,Variant Price\nBig Mug,5\n")
                        .draft()
                        .orElseThrow()
                        .slug())
                .isEqualTo("big-mug");
        assertThat(parse("Handle,Title,Option1 Name,Option1 Value\nmug,Mug,Size,S\nMUG,,,M\n")
                        .draft()
                        .orElseThrow()
                        .variants())
                .hasSize(2);
    }

    @Test
    void handleWithTheSlugOfAnotherProductIsRejected() {
        StagedProduct staged = resolved(
                "Handle,Title,Variant Price\nx-(y),Other,5\n", snapshot("x-y", List.of(), List.of(variant("x-y"))));

        assertThat(errors(staged)).extracting(RowError::code).containsExactly("handle_taken");
    }

    @Test
    void formattedPriceIsRejectedWithTheCorrectedSpelling() {
        for (List<String> price : List.of(
                List.of("$5.00", "5.00"), List.of("\"1,299.00\"", "1299.00"), List.of("58.120000000000005", "58.12"))) {
            assertThat(errors(parse("Handle,Title,Variant Price\na,A," + price.get(0) + "\n"))
                            .getFirst()
                            .detail())
                    .endsWith("; write " + price.get(1));
        }
    }

    @Test
    void compareAtPriceBelowThePriceIsDropped() {
        for (String compareAt : List.of("0.00", "4.99")) {
            StagedProduct staged =
                    parse("Handle,Title,Variant Price,Variant Compare At Price\na,A,5," + compareAt + "\n");
            assertThat(((StagedRow.StagedVariantRow) staged.rows().getFirst()).prices())
                    .containsExactly(new ImportedPrice(Money.of(500, "EUR"), Optional.empty(), true));
        }
    }

    @Test
    void tagsThatDifferOnlyInCaseAreMerged() {
        assertThat(ShopifyProductParser.splitTags("Red, red,RED , Blue")).containsExactly("Red", "Blue");
    }

    @Test
    void invalidImageUrlIsSkippedWithAWarning() {
        String file = "Handle,Title,Variant Price,Image Src\na,A,5,\"https://i/1.jpg, https://i/2.jpg\"\n"
                + "a,,,foo.jpg\na,,,https://i/3.jpg\n";
        StagedProduct staged = resolved(file);

        assertThat(staged.draft().orElseThrow().media()).containsExactly(new Media("https://i/3.jpg", ""));
        assertThat(staged.warnings())
                .extracting(RowError::row, RowError::code)
                .containsExactly(tuple(2L, "invalid_image"), tuple(3L, "invalid_image"));
    }

    @Test
    void globalCategoryIdIsKeptForExport() {
        ProductDraft draft = parse("Handle,Title,Product Category,Type,Variant Price\n"
                        + "a,A,gid://shopify/TaxonomyCategory/aa-1,Shoes,5\n")
                .draft()
                .orElseThrow();

        assertThat(draft.categories()).containsExactly(List.of("Shoes"));
        assertThat(exported(draft))
                .containsEntry("Product Category", "gid://shopify/TaxonomyCategory/aa-1")
                .containsEntry("Type", "Shoes");
    }

    @Test
    void exportDerivesNoCategoryFromTheType() {
        ProductDraft draft =
                parse("Handle,Title,Type,Variant Price\na,A,Shoes,5\n").draft().orElseThrow();

        assertThat(exported(draft)).containsEntry("Product Category", "").containsEntry("Type", "Shoes");
    }

    @Test
    void filesOfAnotherKindAreRejectedByHeader() {
        assertThatThrownBy(() -> parse("Handle,Title,SKU,Location,On hand (current)\na,A,A,Here,1\n"))
                .hasMessageContaining("kind=stock");
        assertThatThrownBy(() -> parse("Handle,Title,Option4 Name,Variant Price\na,A,x,1\n"))
                .hasMessageContaining("at most 3 options");
        assertThatThrownBy(() -> parse("id;name;\"x,y,z\"\n1;2;3\n")).hasMessageContaining("not semicolons");
        assertThatThrownBy(() -> parse("Handle\tTitle\na\tb\n")).hasMessageContaining("not tabs");
    }

    @Test
    void variantIsMatchedByOptionValuesAndKeepsItsSku() {
        ProductSnapshot existing = snapshot("a", List.of("Size"), List.of(variant("A-S", "S"), variant("A-M", "M")));
        StagedProduct renamed = resolved(
                "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\na,A,Size,S,A-SMALL,5\na,,,M,,6\n",
                existing);

        List<VariantDraft> variants = renamed.draft().orElseThrow().variants();
        assertThat(variants).extracting(VariantDraft::sku).containsExactly("A-S", "A-M");
        assertThat(variants.getFirst().attributes()).isEqualTo(Map.of("shopify.sku", "A-SMALL"));
        assertThat(renamed.warnings()).extracting(RowError::code).containsExactly("sku_kept");
        assertThat(((StagedRow.StagedVariantRow) renamed.rows().getLast()).sku())
                .isEqualTo("A-M");
    }

    @Test
    void changedOptionValueInACompleteFileIsMatchedBySku() {
        ProductSnapshot existing =
                snapshot("a", List.of("Colour"), List.of(variant("A-1", "Gray"), variant("A-2", "Blue")));

        StagedProduct staged = resolved(
                "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\na,A,Colour,Grey,A-1,5\n"
                        + "a,,,Blue,A-2,5\n",
                existing);

        assertThat(staged.draft().orElseThrow().variants())
                .extracting(VariantDraft::sku, VariantDraft::optionValues)
                .containsExactly(tuple("A-1", List.of("Grey")), tuple("A-2", List.of("Blue")));
        assertThat(staged.warnings()).isEmpty();
    }

    @Test
    void rowWithoutVariantCellsChangesOnlyTheProduct() {
        ProductSnapshot existing = snapshot("a", List.of("Size"), List.of(variant("A-S", "S"), variant("A-M", "M")));
        StagedProduct staged = resolved("Handle,Title,Tags\na,A2,sale\n", existing);

        assertThat(staged.rows()).containsExactly(new StagedRow.ProductOnlyRow(2));
        assertThat(staged.draft().orElseThrow().tags()).containsExactly("sale");
        assertThat(staged.draft().orElseThrow().options()).isNull();
        assertThat(errors(resolved("Handle,Title,Variant Price\na,A,5\n", existing)))
                .extracting(RowError::code)
                .containsExactly("variant_not_named");
        StagedProduct withHeadRow =
                resolved("Handle,Title,Option1 Name,Option1 Value,Variant Price\nh,H,Size,,\nh,,,S,5\nh,,,M,5\n");
        assertThat(withHeadRow.rows().getFirst()).isEqualTo(new StagedRow.ProductOnlyRow(2));
        assertThat(withHeadRow.draft().orElseThrow().variants()).hasSize(2);
        assertThat(resolved("Handle,Title,Tags\nnew,New,sale\n")
                        .draft()
                        .orElseThrow()
                        .variants())
                .extracting(VariantDraft::sku)
                .containsExactly("new");
    }

    @Test
    void takenSkuIsKeptAsAttributeAndExported() {
        StagedProduct staged = resolved("""
                Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price
                boot,Boot,Size,37,B1,50
                boot,,,38,B1,50
                """);

        List<VariantDraft> variants = staged.draft().orElseThrow().variants();
        assertThat(variants).extracting(VariantDraft::sku).containsExactly("B1", "boot-38");
        assertThat(staged.warnings())
                .extracting(RowError::row, RowError::column, RowError::code)
                .containsExactly(tuple(3L, "Variant SKU", "sku_shared"));
        assertThat(exported(staged.draft().orElseThrow().withVariants(List.of(variants.getLast()))))
                .containsEntry("Variant SKU", "B1");
    }

    @Test
    void columnsReplaceOnlyTheirOwnAttributes() {
        VariantDraft before = new VariantDraft(
                "S1",
                List.of(),
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
                Map.of("shopify.cost_per_item", "2.50", "shopify.tax_code", "TX1", "own", "x"));
        ProductSnapshot existing =
                snapshot("a", List.of(), List.of(before), Map.of("shopify.product.metafields.custom.fabric", "wool"));

        ProductDraft draft = resolved(
                        "Handle,Title,Variant SKU,Cost per item,Care (product.metafields.custom.care)\n"
                                + "a,A,S1,2.60,cold\n",
                        existing)
                .draft()
                .orElseThrow();

        assertThat(draft.variants().getFirst().attributes())
                .isEqualTo(Map.of("shopify.cost_per_item", "2.60", "shopify.tax_code", "TX1", "own", "x"));
        assertThat(draft.attributes())
                .isEqualTo(Map.of(
                        "shopify.product.metafields.custom.fabric",
                        "wool",
                        "shopify.product.metafields.custom.care",
                        "cold"));
        assertThat(resolved("Handle,Title,Variant SKU,Cost per item\na,A,S1,\n", existing)
                        .draft()
                        .orElseThrow()
                        .variants()
                        .getFirst()
                        .attributes())
                .isEqualTo(Map.of("shopify.tax_code", "TX1", "own", "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Variant Tax Code", "Tax code"})
    void taxCodeWithTheFormOfACategoryCodeIsTheTaxCategory(String column) {
        String header = "Handle,Title,Variant SKU,Variant Price," + column + "\n";

        VariantDraft reduced = onlyVariant(header + "a,A,S1,5, reduced \n");
        assertThat(reduced.taxCategory()).isEqualTo("reduced");
        assertThat(reduced.attributes()).isEmpty();
        VariantDraft foreign = onlyVariant(header + "a,A,S1,5,PC040156\n");
        assertThat(foreign.taxCategory()).isEmpty();
        assertThat(foreign.attributes()).isEqualTo(Map.of("shopify.tax_code", "PC040156"));
        VariantDraft none = onlyVariant(header + "a,A,S1,5,\n");
        assertThat(none.taxCategory()).isEmpty();
        assertThat(none.attributes()).isEmpty();
        assertThat(onlyVariant("Handle,Title,Variant SKU,Variant Price\na,A,S1,5\n")
                        .taxCategory())
                .isNull();
    }

    @Test
    void taxCodeIsExportedInTheColumnThatItIsReadFrom() {
        String header = "Handle,Title,Variant SKU,Variant Price,Variant Tax Code\n";
        for (String code : List.of("reduced", "PC040156", "")) {
            ProductDraft draft =
                    resolved(header + "a,A,S1,5,%s\n".formatted(code)).draft().orElseThrow();
            assertThat(exported(draft)).containsEntry("Variant Tax Code", code);
        }
        VariantDraft both = new VariantDraft(
                "S1",
                List.of(),
                "",
                0L,
                0,
                0,
                0,
                true,
                InventoryPolicy.DENY,
                true,
                "reduced",
                true,
                "",
                Map.of("shopify.tax_code", "PC040156"));
        ProductDraft product = snapshot("a", List.of(), List.of(both)).draft();
        assertThat(exported(product))
                .containsEntry("Variant Tax Code", "reduced")
                .containsEntry(
                        "Variant attributes (variant.metafields.fondaco.attributes)",
                        "{\"shopify.tax_code\":\"PC040156\"}");
    }

    @Test
    void fileWithoutTheirColumnsLeavesTaxAndShippingFieldsUnchanged() {
        StagedProduct staged = resolved(
                "Handle,Title,Variant SKU,Variant Price\na,A,S1,5\n", snapshot("a", List.of(), List.of(variant("S1"))));

        ProductDraft draft = staged.draft().orElseThrow();
        assertThat(draft.taxCategory()).isNull();
        assertThat(draft.shippingProfile()).isNull();
        assertThat(draft.variants().getFirst())
                .extracting(
                        VariantDraft::taxCategory,
                        VariantDraft::lengthMm,
                        VariantDraft::widthMm,
                        VariantDraft::heightMm)
                .containsOnlyNulls();
    }

    @Test
    void taxCodeThatNamesNoneOfSeveralVariantsIsRejected() {
        StagedProduct staged = resolved(
                "Handle,Title,Tax code\na,A,reduced\n",
                snapshot("a", List.of("Size"), List.of(variant("S1", "S"), variant("S2", "M"))));

        assertThat(errors(staged)).extracting(RowError::code).containsExactly("variant_not_named");
    }

    @Test
    void errorsOfCatalogFieldsNameTheirColumn() {
        ProductRowParser parser = new ShopifyProductParser(
                new CsvHeader(new CsvRow(
                        1,
                        List.of(
                                "Title",
                                "Tax code",
                                "Tax category (product.metafields.fondaco.tax_category)",
                                "Length mm (variant.metafields.fondaco.length_mm)"))),
                "EUR");

        assertThat(parser.columnOf("tax_category")).isEqualTo("Tax category (product.metafields.fondaco.tax_category)");
        assertThat(parser.variantColumnOf("tax_category")).isEqualTo("Tax code");
        assertThat(parser.variantColumnOf("length_mm")).isEqualTo("Length mm (variant.metafields.fondaco.length_mm)");
    }

    private static VariantDraft onlyVariant(String file) {
        return resolved(file).draft().orElseThrow().variants().getFirst();
    }

    @Test
    void variantImageThatStaffRemovedFromTheProductIsNotAddedAgain() {
        VariantDraft withImage = new VariantDraft(
                "S1",
                List.of(),
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
                "https://i/1.jpg",
                Map.of());
        ProductSnapshot existing = snapshot("a", List.of(), List.of(withImage));

        assertThat(resolved("Handle,Title,Variant SKU,Image Src,Variant Image\na,A,S1,,https://i/1.jpg\n", existing)
                        .draft()
                        .orElseThrow()
                        .media())
                .isEmpty();
        assertThat(resolved("Handle,Title,Variant SKU,Image Src,Variant Image\na,A,S1,,https://i/2.jpg\n", existing)
                        .draft()
                        .orElseThrow()
                        .media())
                .containsExactly(new Media("https://i/2.jpg", ""));
    }

    /** The first row of the product's export, by column. */
    private static Map<String, String> exported(ProductDraft draft) {
        ProductDraft withDefaults = new ProductDraft(
                draft.slug(),
                draft.title(),
                "",
                "",
                draft.productType(),
                draft.status() == null ? ProductStatus.DRAFT : draft.status(),
                List.of(),
                draft.categories(),
                List.of(),
                List.of(),
                "",
                "",
                draft.taxCategory(),
                draft.shippingProfile(),
                draft.attributes(),
                draft.variants());
        ProductSnapshot snapshot = new ProductSnapshot(
                ProductId.random(),
                withDefaults,
                draft.variants().stream().map(_ -> VariantId.random()).toList());
        ShopifyProductRenderer renderer =
                new ShopifyProductRenderer("EUR", ShopifyColumns.TemplateVersion.LEGACY, List.of());
        List<String> cells = renderer.render(snapshot, Map.of(), Map.of()).getFirst();
        Map<String, String> row = new HashMap<>();
        for (int column = 0; column < cells.size(); column++) {
            row.put(renderer.header().get(column), cells.get(column));
        }
        return row;
    }

    private static StagedProduct resolved(String file) {
        return resolved(file, Optional.empty());
    }

    private static StagedProduct resolved(String file, ProductSnapshot existing) {
        return resolved(file, Optional.of(existing));
    }

    private static StagedProduct resolved(String file, Optional<ProductSnapshot> existing) {
        CsvRowReader rows = CsvRowReader.read(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)));
        ProductRowParser parser =
                new ShopifyProductParser(new CsvHeader(rows.next().orElseThrow()), "EUR");
        ProductRowGrouper products = new ProductRowGrouper(rows, parser);
        return parser.resolveVariants(products.parse(products.nextGroup().orElseThrow()), existing, new HashSet<>());
    }

    private static ProductSnapshot snapshot(String slug, List<String> options, List<VariantDraft> variants) {
        return snapshot(slug, options, variants, Map.of());
    }

    private static ProductSnapshot snapshot(
            String slug, List<String> options, List<VariantDraft> variants, Map<String, String> attributes) {
        return new ProductSnapshot(
                ProductId.random(),
                new ProductDraft(
                        slug,
                        "A",
                        "",
                        "",
                        "",
                        ProductStatus.ACTIVE,
                        List.of(),
                        List.of(),
                        options,
                        List.of(),
                        "",
                        "",
                        "standard",
                        "default",
                        attributes,
                        variants),
                variants.stream().map(_ -> VariantId.random()).toList());
    }

    private static VariantDraft variant(String sku, String... values) {
        return new VariantDraft(
                sku, List.of(values), "", 0L, 0, 0, 0, true, InventoryPolicy.DENY, true, "", true, "", Map.of());
    }

    private static List<RowError> errors(StagedProduct staged) {
        return staged.rows().stream()
                .filter(StagedRow.RejectedRow.class::isInstance)
                .map(row -> ((StagedRow.RejectedRow) row).error())
                .toList();
    }

    private static StagedProduct parse(String file) {
        CsvRowReader rows = CsvRowReader.read(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)));
        CsvHeader csvHeader = new CsvHeader(rows.next().orElseThrow());
        ProductRowGrouper products = new ProductRowGrouper(rows, new ShopifyProductParser(csvHeader, "EUR"));
        return products.parse(products.nextGroup().orElseThrow());
    }
}
