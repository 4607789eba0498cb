package io.fondaco.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.catalog.Catalog.ProductLevelRows;
import io.fondaco.catalog.ProductUpsertResult.ChangeType;
import io.fondaco.catalog.ProductUpsertResult.ValidationError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

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
        VariantDraft heavier = new VariantDraft("A", null, null, 7L, null, null, null, null, null, null);

        ProductUpsertPlan plan = plan(draft(null, heavier), Optional.of(broken));

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
                draft, Optional.of(shirt), NO_CATEGORIES, Map.of(), new ProductLevelRows(Set.of("S-R"), Set.of()));

        assertThat(plan.product()).isEmpty();
        assertThat(plan.result().variants().get("S-R").error()).isPresent();
        assertThat(plan.result().variants().get("M-R").change()).contains(ChangeType.UPDATED);
        ProductUpsertPlan rejectedBefore = ProductUpsertPlan.of(
                draft, Optional.of(shirt), NO_CATEGORIES, Map.of(), new ProductLevelRows(Set.of(), Set.of("shirt")));
        assertThat(rejectedBefore.product()).isEmpty();
    }

    @Test
    void aNewProductWithoutAValidVariantIsRejected() {
        ProductUpsertPlan plan = ProductUpsertPlan.of(
                draft(null, variantDraft("TAKEN")),
                Optional.empty(),
                NO_CATEGORIES,
                Map.of("TAKEN", "other"),
                ProductLevelRows.NONE);

        assertThat(code(plan)).contains("sku_taken");
        assertThat(plan.product()).isEmpty();
        assertThat(code(plan(draft(null), Optional.empty()))).isEmpty();
    }

    private static Optional<String> code(ProductUpsertPlan plan) {
        return plan.result().error().map(ValidationError::code);
    }

    private static ProductUpsertPlan plan(ProductDraft draft, Optional<Product> present) {
        return ProductUpsertPlan.of(draft, present, NO_CATEGORIES, Map.of(), ProductLevelRows.NONE);
    }

    private static ProductDraft draft(List<String> options, VariantDraft... variants) {
        return Drafts.product("shirt", "Shirt", options, variants);
    }

    private static VariantDraft variantDraft(String sku, String... values) {
        return Drafts.variant(sku, List.of(values));
    }

    private static Product product(List<String> options, Product.Variant... variants) {
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
                Map.of(),
                1,
                null,
                null,
                List.of(variants),
                List.of());
    }

    private static Product.Variant variant(String sku, String... values) {
        return new Product.Variant(
                UUID.randomUUID(),
                UUID.randomUUID(),
                sku,
                0,
                List.of(values),
                "",
                0,
                true,
                InventoryPolicy.DENY,
                true,
                true,
                "",
                Map.of(),
                1,
                null,
                null);
    }
}
