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

/** What options and variants must be to each other, whichever door a change comes through. */
class ProductUpsertPlanTest {
    private static final CategoryTree NO_CATEGORIES = new CategoryTree(List.of());

    private final ProductRow shirt =
            product(List.of("Size", "Colour"), variant("S-R", "S", "Red"), variant("M-R", "M", "Red"));

    @Test
    void valuesGoWithTheNamesOfTheirOptions() {
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
    void blanksAroundTitlesAndOptionsMeanNothing() {
        ProductDraft draft = Drafts.product("shirt", "  Shirt ", List.of(" Size"), named("A", "S"), named("B", "S "));

        ProductUpsertPlan plan = plan(draft, Optional.empty());

        assertThat(plan.product().orElseThrow().title()).isEqualTo("Shirt");
        assertThat(plan.product().orElseThrow().options()).containsExactly("Size");
        assertThat(plan.result().variants().get("B").error())
                .map(ValidationError::code)
                .contains("duplicate_options");
    }

    @Test
    void variantsThatNobodyNamesAreWrittenWithTheirMovedValues() {
        ProductUpsertPlan plan = plan(draft(List.of("Colour", "Size")), Optional.of(shirt));

        assertThat(plan.result().productChange()).contains(ChangeType.UPDATED);
        assertThat(plan.variants())
                .extracting(ProductRow.VariantRow::optionValues)
                .containsExactly(List.of("Red", "S"), List.of("Red", "M"));
    }

    @Test
    void anOptionMayBeAddedOnlyWithAValueForEveryVariant() {
        List<String> more = List.of("Size", "Colour", "Fit");

        assertThat(code(plan(draft(more), Optional.of(shirt)))).contains("option_count");
        assertThat(code(plan(draft(more, named("S-R", "S", "Red", "Slim")), Optional.of(shirt))))
                .contains("option_count");
        ProductUpsertPlan all = plan(
                draft(more, named("S-R", "S", "Red", "Slim"), named("M-R", "M", "Red", "Slim")), Optional.of(shirt));
        assertThat(code(all)).isEmpty();
        assertThat(all.variants()).hasSize(2);
    }

    @Test
    void anOptionThatTellsVariantsApartCannotBeTakenAway() {
        assertThat(code(plan(draft(List.of("Colour")), Optional.of(shirt)))).contains("duplicate_options");
        assertThat(code(plan(draft(List.of()), Optional.of(shirt)))).contains("duplicate_options");
        assertThat(code(plan(draft(List.of("Size")), Optional.of(shirt)))).isEmpty();
    }

    @Test
    void aVariantWithTooFewValuesKeepsNobodyFromChangingAnythingElse() {
        ProductRow broken = product(List.of("Size", "Colour"), variant("A", "S"), variant("B", "S"));
        VariantDraft heavier = new VariantDraft("A", null, null, 7L, null, null, null, null, null, null);

        ProductUpsertPlan plan = plan(draft(null, heavier), Optional.of(broken));

        assertThat(plan.result().variants().get("A").change()).contains(ChangeType.UPDATED);
        assertThat(code(plan(draft(null, named("A", "S")), Optional.of(broken))))
                .isEmpty();
        assertThat(plan(draft(null, named("A", "M")), Optional.of(broken))
                        .result()
                        .variants()
                        .get("A")
                        .error())
                .map(ValidationError::code)
                .contains("option_count");
        assertThat(code(plan(draft(null, named("A", "S", "Red"), named("B", "S", "Blue")), Optional.of(broken))))
                .isEmpty();
    }

    @Test
    void whatARefusedFirstRowSaysOfTheProductTakesNoEffect() {
        ProductDraft draft = Drafts.product("shirt", "Other title", null, named("S-R", "S"), named("M-R", "L", "Red"));

        ProductUpsertPlan plan = ProductUpsertPlan.of(
                draft, Optional.of(shirt), NO_CATEGORIES, Map.of(), new ProductLevelRows(Set.of("S-R"), Set.of()));

        assertThat(plan.product()).isEmpty();
        assertThat(plan.result().variants().get("S-R").error()).isPresent();
        assertThat(plan.result().variants().get("M-R").change()).contains(ChangeType.UPDATED);
        ProductUpsertPlan unread = ProductUpsertPlan.of(
                draft, Optional.of(shirt), NO_CATEGORIES, Map.of(), new ProductLevelRows(Set.of(), Set.of("shirt")));
        assertThat(unread.product()).isEmpty();
    }

    @Test
    void aNewProductWithoutOneGoodVariantIsRefused() {
        ProductUpsertPlan plan = ProductUpsertPlan.of(
                draft(null, named("TAKEN")),
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

    private static ProductUpsertPlan plan(ProductDraft draft, Optional<ProductRow> present) {
        return ProductUpsertPlan.of(draft, present, NO_CATEGORIES, Map.of(), ProductLevelRows.NONE);
    }

    private static ProductDraft draft(List<String> options, VariantDraft... variants) {
        return Drafts.product("shirt", "Shirt", options, variants);
    }

    private static VariantDraft named(String sku, String... values) {
        return Drafts.variant(sku, List.of(values));
    }

    private static ProductRow product(List<String> options, ProductRow.VariantRow... variants) {
        return new ProductRow(
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

    private static ProductRow.VariantRow variant(String sku, String... values) {
        return new ProductRow.VariantRow(
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
