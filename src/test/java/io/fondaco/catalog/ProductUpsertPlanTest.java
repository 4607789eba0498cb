package io.fondaco.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.catalog.Catalog.ProductCodes;
import io.fondaco.catalog.Catalog.ProductLevelRows;
import io.fondaco.catalog.ProductUpsertResult.ChangeType;
import io.fondaco.catalog.ProductUpsertResult.ValidationError;
import io.fondaco.catalog.ProductValidator.UnknownCodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules between options and variants, which apply to every kind of change. */
class ProductUpsertPlanTest {
    private static final CategoryTree NO_CATEGORIES = new CategoryTree(List.of());

    private final Product shirt =
            product(List.of("Size", "Colour"), variant("S-R", "S", "Red"), variant("M-R", "M", "Red"));

    @Test
    void optionValuesFollowTheOptionNames() {
        List<String> before = List.of("Size", "Colour");

        assertThat(ProductUpsertPlan.realignOptionValues(before, List.of("Colour", "Size"), List.of("S", "Red")))
                .containsExactly("Red", "S");
        assertThat(ProductUpsertPlan.realignOptionValues(before, List.of("Size", "Color"), List.of("S", "Red")))
                .containsExactly("S", "Red");
        assertThat(ProductUpsertPlan.realignOptionValues(before, List.of("Colour"), List.of("S", "Red")))
                .containsExactly("Red");
        assertThat(ProductUpsertPlan.realignOptionValues(before, List.of("Size", "Colour", "Fit"), List.of("S", "Red")))
                .containsExactly("S", "Red", "");
        assertThat(ProductUpsertPlan.realignOptionValues(before, List.of("Fit", "Size"), List.of("S", "Red")))
                .containsExactly("", "S");
        assertThat(ProductUpsertPlan.realignOptionValues(before, List.of("Colour", "Size"), List.of("S")))
                .containsExactly("", "S");
    }

    @Test
    void surroundingSpacesOfTitlesAndOptionsAreRemoved() {
        ProductDraft draft =
                Drafts.product("shirt", "  Shirt ", List.of(" Size"), variantDraft("A", "S"), variantDraft("B", "S "));

        ProductUpsertPlan plan = plan(draft, Optional.empty());

        assertThat(plan.product().orElseThrow().title()).isEqualTo("Shirt");
        assertThat(plan.product().orElseThrow().options()).containsExactly("Size");
        assertThat(plan.result().variants().get("B").error())
                .map(ValidationError::code)
                .contains("duplicate_options");
    }

    @Test
    void variantsMissingFromTheDraftAreWrittenWithRealignedValues() {
        ProductUpsertPlan plan = plan(draft(List.of("Colour", "Size")), Optional.of(shirt));

        assertThat(plan.result().productChange()).contains(ChangeType.UPDATED);
        assertThat(plan.variants())
                .extracting(Product.Variant::optionValues)
                .containsExactly(List.of("Red", "S"), List.of("Red", "M"));
    }

    @Test
    void anOptionCanBeAddedOnlyWithAValueForEveryVariant() {
        List<String> more = List.of("Size", "Colour", "Fit");

        assertThat(code(plan(draft(more), Optional.of(shirt)))).contains("option_count");
        assertThat(code(plan(draft(more, variantDraft("S-R", "S", "Red", "Slim")), Optional.of(shirt))))
                .contains("option_count");
        ProductUpsertPlan all = plan(
                draft(more, variantDraft("S-R", "S", "Red", "Slim"), variantDraft("M-R", "M", "Red", "Slim")),
                Optional.of(shirt));
        assertThat(code(all)).isEmpty();
        assertThat(all.variants()).hasSize(2);
    }

    @Test
    void anOptionThatDistinguishesVariantsCannotBeRemoved() {
        assertThat(code(plan(draft(List.of("Colour")), Optional.of(shirt)))).contains("duplicate_options");
        assertThat(code(plan(draft(List.of()), Optional.of(shirt)))).contains("duplicate_options");
        assertThat(code(plan(draft(List.of("Size")), Optional.of(shirt)))).isEmpty();
    }

    @Test
    void aVariantWithTooFewValuesDoesNotPreventOtherChanges() {
        Product broken = product(List.of("Size", "Colour"), variant("A", "S"), variant("B", "S"));
        VariantDraft longer = Drafts.withDimensions("A", 7, null, null);

        ProductUpsertPlan plan = plan(draft(null, longer), Optional.of(broken));

        assertThat(plan.result().variants().get("A").change()).contains(ChangeType.UPDATED);
        assertThat(code(plan(draft(null, variantDraft("A", "S")), Optional.of(broken))))
                .isEmpty();
        assertThat(plan(draft(null, variantDraft("A", "M")), Optional.of(broken))
                        .result()
                        .variants()
                        .get("A")
                        .error())
                .map(ValidationError::code)
                .contains("option_count");
        assertThat(code(plan(
                        draft(null, variantDraft("A", "S", "Red"), variantDraft("B", "S", "Blue")),
                        Optional.of(broken))))
                .isEmpty();
    }

    @Test
    void aRejectedProductLevelRowDoesNotChangeTheProduct() {
        ProductDraft draft =
                Drafts.product("shirt", "Other title", null, variantDraft("S-R", "S"), variantDraft("M-R", "L", "Red"));

        ProductUpsertPlan plan = ProductUpsertPlan.of(
                draft,
                Optional.of(shirt),
                NO_CATEGORIES,
                Map.of(),
                UnknownCodes.NONE,
                new ProductLevelRows(Set.of("S-R"), Set.of()));

        assertThat(plan.product()).isEmpty();
        assertThat(plan.result().variants().get("S-R").error()).isPresent();
        assertThat(plan.result().variants().get("M-R").change()).contains(ChangeType.UPDATED);
        ProductUpsertPlan rejectedBefore = ProductUpsertPlan.of(
                draft,
                Optional.of(shirt),
                NO_CATEGORIES,
                Map.of(),
                UnknownCodes.NONE,
                new ProductLevelRows(Set.of(), Set.of("shirt")));
        assertThat(rejectedBefore.product()).isEmpty();
    }

    @Test
    void aNewProductWithoutAValidVariantIsRejected() {
        ProductUpsertPlan plan = ProductUpsertPlan.of(
                draft(null, variantDraft("TAKEN")),
                Optional.empty(),
                NO_CATEGORIES,
                Map.of("TAKEN", "other"),
                UnknownCodes.NONE,
                ProductLevelRows.NONE);

        assertThat(code(plan)).contains("sku_taken");
        assertThat(plan.product()).isEmpty();
        assertThat(code(plan(draft(null), Optional.empty()))).isEmpty();
    }

    @Test
    void everyTaxAndShippingFieldDecidesWhetherAProductOrVariantIsUnchanged() {
        Product stored = product("reduced", "bulky", variant("A", "zero", 10, 20, 30));

        for (ProductDraft draft :
                List.of(Drafts.withCodes("shirt", "standard", null), Drafts.withCodes("shirt", null, "default"))) {
            ProductUpsertPlan plan = plan(draft, Optional.of(stored));
            assertThat(plan.result().productChange()).contains(ChangeType.UPDATED);
            assertThat(plan.product()).isPresent();
        }
        for (VariantDraft draft : List.of(
                Drafts.withTaxCategory("A", "reduced"),
                Drafts.withTaxCategory("A", ""),
                Drafts.withDimensions("A", 11, null, null),
                Drafts.withDimensions("A", null, 21, null),
                Drafts.withDimensions("A", null, null, 31),
                Drafts.withDimensions("A", 0, null, null))) {
            ProductUpsertPlan plan = plan(Drafts.withCodes("shirt", "reduced", "bulky", draft), Optional.of(stored));
            assertThat(plan.result().productChange()).contains(ChangeType.UNCHANGED);
            assertThat(plan.result().variants().get("A").change()).contains(ChangeType.UPDATED);
            assertThat(plan.variants()).hasSize(1);
        }
        for (VariantDraft draft : List.of(
                Drafts.withTaxCategory("A", "zero"), Drafts.withDimensions("A", 10, 20, 30), variantDraft("A"))) {
            ProductUpsertPlan plan = plan(Drafts.withCodes("shirt", null, null, draft), Optional.of(stored));
            assertThat(plan.result().variants().get("A").change()).contains(ChangeType.UNCHANGED);
        }
    }

    @Test
    void newProductHasTheDefaultCodesAndAnEmptyTaxCategoryIsThatOfTheProduct() {
        ProductUpsertPlan created =
                plan(Drafts.product("shirt", "Shirt", List.of(), Drafts.withTaxCategory("A", "")), Optional.empty());

        assertThat(created.product().orElseThrow())
                .extracting(Product::taxCategory, Product::shippingProfile)
                .containsExactly("standard", "default");
        assertThat(created.variants().getFirst())
                .extracting(Product.Variant::taxCategory, Product.Variant::lengthMm)
                .containsExactly(null, null);
        Product stored = product("reduced", "bulky", variant("A", "zero", 10, 20, 30));
        assertThat(plan(
                                Drafts.withCodes("shirt", null, null, Drafts.withDimensions("A", 0, null, null)),
                                Optional.of(stored))
                        .variants()
                        .getFirst())
                .extracting(
                        Product.Variant::taxCategory,
                        Product.Variant::lengthMm,
                        Product.Variant::widthMm,
                        Product.Variant::heightMm)
                .containsExactly("zero", null, 20, 30);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Reduced", "reduced rate", "réduit", "a.b"})
    void codeWithOtherCharactersIsRejected(String invalid) {
        Product stored = product("reduced", "bulky", variant("A", "zero", 10, 20, 30));

        assertThat(code(plan(Drafts.withCodes("shirt", invalid, null), Optional.of(stored))))
                .contains("invalid_tax_category");
        assertThat(code(plan(Drafts.withCodes("shirt", null, invalid), Optional.of(stored))))
                .contains("invalid_shipping_profile");
        if (!invalid.isEmpty()) {
            ProductDraft draft = Drafts.withCodes("shirt", null, null, Drafts.withTaxCategory("A", invalid));
            assertThat(variantCode(plan(draft, Optional.of(stored)), "A")).contains("invalid_tax_category");
        }
    }

    @Test
    void codeHasAtMostFortyCharacters() {
        assertThat(code(plan(Drafts.withCodes("shirt", "x".repeat(40), null), Optional.of(shirt))))
                .isEmpty();
        assertThat(code(plan(Drafts.withCodes("shirt", "x".repeat(41), null), Optional.of(shirt))))
                .contains("invalid_tax_category");
    }

    @Test
    void lengthOutOfRangeIsRejectedWithTheNameOfItsField() {
        Product stored = product("reduced", "bulky", variant("A", "zero", 10, 20, 30));
        Map<String, VariantDraft> drafts = Map.of(
                "length_mm", Drafts.withDimensions("A", -1, null, null),
                "width_mm", Drafts.withDimensions("A", null, 100_000_001, null),
                "height_mm", Drafts.withDimensions("A", null, null, Integer.MIN_VALUE));

        drafts.forEach((field, draft) -> {
            ProductUpsertPlan plan = plan(Drafts.withCodes("shirt", null, null, draft), Optional.of(stored));
            assertThat(plan.result().variants().get("A").error())
                    .get()
                    .extracting(ValidationError::field, ValidationError::code)
                    .containsExactly(field, "out_of_range");
        });
        VariantDraft longest = Drafts.withDimensions("A", 100_000_000, 1, null);
        assertThat(variantCode(plan(Drafts.withCodes("shirt", null, null, longest), Optional.of(stored)), "A"))
                .isEmpty();
    }

    @Test
    void unknownCodeIsRejected() {
        UnknownCodes unknown = new UnknownCodes(Set.of("redcued"), Set.of("blky"));
        Product stored = product("reduced", "bulky", variant("A", "zero", 10, 20, 30));

        assertThat(code(plan(Drafts.withCodes("shirt", "redcued", null), Optional.of(stored), unknown)))
                .contains("unknown_tax_category");
        assertThat(code(plan(Drafts.withCodes("shirt", null, "blky"), Optional.of(stored), unknown)))
                .contains("unknown_shipping_profile");
        ProductUpsertPlan variant = plan(
                Drafts.withCodes("shirt", null, null, Drafts.withTaxCategory("A", "redcued")),
                Optional.of(stored),
                unknown);
        assertThat(variantCode(variant, "A")).contains("unknown_tax_category");
        assertThat(variant.variants()).isEmpty();
        ProductUpsertPlan created = plan(
                Drafts.product("new", "New", List.of(), Drafts.withTaxCategory("B", "redcued")),
                Optional.empty(),
                unknown);
        assertThat(code(created)).contains("unknown_tax_category");
    }

    @Test
    void codeThatWasRemovedDoesNotPreventOtherChanges() {
        UnknownCodes unknown = new UnknownCodes(Set.of("reduced", "zero"), Set.of("bulky"));
        Product stored = product("reduced", "bulky", variant("A", "zero", 10, 20, 30));

        ProductUpsertPlan plan = plan(
                Drafts.withCodes(
                        "shirt",
                        "reduced",
                        "bulky",
                        Drafts.withDimensions("A", 11, null, null),
                        Drafts.withTaxCategory("B", "zero")),
                Optional.of(stored),
                unknown);

        assertThat(code(plan)).isEmpty();
        assertThat(plan.result().variants().get("A").change()).contains(ChangeType.UPDATED);
        assertThat(variantCode(plan, "B")).contains("unknown_tax_category");
    }

    @Test
    void onlyNewCodesAreLookedUp() {
        List<Set<String>> lookups = new ArrayList<>();
        ProductCodes nothing = new ProductCodes() {
            @Override
            public Set<String> unknownTaxCategories(Set<String> codes) {
                lookups.add(Set.copyOf(codes));
                return codes;
            }

            @Override
            public Set<String> unknownShippingProfiles(Set<String> codes) {
                lookups.add(Set.copyOf(codes));
                return codes;
            }
        };
        Product stored = product("reduced", "bulky", variant("A", "zero", 10, 20, 30));
        ProductDraft same = Drafts.withCodes("shirt", "reduced", "bulky", Drafts.withTaxCategory("A", "zero"));
        ProductDraft builtIn = Drafts.withCodes("other", "standard", "default", Drafts.withTaxCategory("B", "exempt"));
        ProductDraft malformed = Drafts.withCodes("odd", "\0", "Not A Code", Drafts.withTaxCategory("C", ""));

        UnknownCodes none = UnknownCodes.of(nothing, List.of(same, builtIn, malformed), Map.of("shirt", stored));
        assertThat(none).isEqualTo(UnknownCodes.NONE);
        assertThat(lookups).isEmpty();

        ProductDraft changed = Drafts.withCodes("shirt", "zero", "light", Drafts.withTaxCategory("A", "reduced"));
        UnknownCodes unknown = UnknownCodes.of(nothing, List.of(changed, builtIn), Map.of("shirt", stored));
        assertThat(unknown).isEqualTo(new UnknownCodes(Set.of("zero", "reduced"), Set.of("light")));
        assertThat(lookups).hasSize(2);
    }

    private static Optional<String> code(ProductUpsertPlan plan) {
        return plan.result().error().map(ValidationError::code);
    }

    private static ProductUpsertPlan plan(ProductDraft draft, Optional<Product> present) {
        return plan(draft, present, UnknownCodes.NONE);
    }

    private static ProductUpsertPlan plan(ProductDraft draft, Optional<Product> present, UnknownCodes unknownCodes) {
        return ProductUpsertPlan.of(draft, present, NO_CATEGORIES, Map.of(), unknownCodes, ProductLevelRows.NONE);
    }

    private static Optional<String> variantCode(ProductUpsertPlan plan, String sku) {
        return plan.result().variants().get(sku).error().map(ValidationError::code);
    }

    private static ProductDraft draft(List<String> options, VariantDraft... variants) {
        return Drafts.product("shirt", "Shirt", options, variants);
    }

    private static VariantDraft variantDraft(String sku, String... values) {
        return Drafts.variant(sku, List.of(values));
    }

    private static Product product(List<String> options, Product.Variant... variants) {
        return product("standard", "default", options, variants);
    }

    private static Product product(String taxCategory, String shippingProfile, Product.Variant... variants) {
        return product(taxCategory, shippingProfile, List.of(), variants);
    }

    private static Product product(
            String taxCategory, String shippingProfile, List<String> options, Product.Variant... variants) {
        return new Product(
                UUID.randomUUID(),
                "shirt",
                "Shirt",
                "",
                "",
                "",
                ProductStatus.DRAFT,
                List.of(),
                options,
                List.of(),
                "",
                "",
                taxCategory,
                shippingProfile,
                Map.of(),
                1,
                null,
                null,
                List.of(variants),
                List.of());
    }

    private static Product.Variant variant(String sku, String... values) {
        return variant(sku, List.of(values), null, null, null, null);
    }

    private static Product.Variant variant(String sku, String taxCategory, int length, int width, int height) {
        return variant(sku, List.of(), taxCategory, length, width, height);
    }

    private static Product.Variant variant(
            String sku,
            List<String> values,
            @Nullable String taxCategory,
            @Nullable Integer length,
            @Nullable Integer width,
            @Nullable Integer height) {
        return new Product.Variant(
                UUID.randomUUID(),
                UUID.randomUUID(),
                sku,
                0,
                values,
                "",
                0,
                length,
                width,
                height,
                true,
                InventoryPolicy.DENY,
                true,
                taxCategory,
                true,
                "",
                Map.of(),
                1,
                null,
                null);
    }
}
