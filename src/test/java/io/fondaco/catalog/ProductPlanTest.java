package io.fondaco.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.catalog.Catalog.FirstRows;
import io.fondaco.catalog.Upserted.Change;
import io.fondaco.catalog.Upserted.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What options and variants must be to each other, whichever door a change comes through. */
class ProductPlanTest {
    private static final CategoryTree NO_CATEGORIES = new CategoryTree(List.of());

    private final ProductRow shirt =
            product(List.of("Size", "Colour"), variant("S-R", "S", "Red"), variant("M-R", "M", "Red"));

    @Test
    void valuesGoWithTheNamesOfTheirOptions() {
        List<String> before = List.of("Size", "Colour");

        assertThat(ProductPlan.moved(before, List.of("Colour", "Size"), List.of("S", "Red")))
                .containsExactly("Red", "S");
        assertThat(ProductPlan.moved(before, List.of("Size", "Color"), List.of("S", "Red")))
                .containsExactly("S", "Red");
        assertThat(ProductPlan.moved(before, List.of("Colour"), List.of("S", "Red")))
                .containsExactly("Red");
        assertThat(ProductPlan.moved(before, List.of("Size", "Colour", "Fit"), List.of("S", "Red")))
                .containsExactly("S", "Red", "");
        assertThat(ProductPlan.moved(before, List.of("Fit", "Size"), List.of("S", "Red")))
                .containsExactly("", "S");
        assertThat(ProductPlan.moved(before, List.of("Colour", "Size"), List.of("S")))
                .containsExactly("", "S");
    }

    @Test
    void blanksAroundTitlesAndOptionsMeanNothing() {
        ProductDraft draft = Drafts.product("shirt", "  Shirt ", List.of(" Size"), named("A", "S"), named("B", "S "));

        ProductPlan plan = plan(draft, Optional.empty());

        assertThat(plan.product().orElseThrow().title()).isEqualTo("Shirt");
        assertThat(plan.product().orElseThrow().options()).containsExactly("Size");
        assertThat(plan.outcome().variants().get("B").refusal())
                .map(Refusal::code)
                .contains("duplicate_options");
    }

    @Test
    void variantsThatNobodyNamesAreWrittenWithTheirMovedValues() {
        ProductPlan plan = plan(draft(List.of("Colour", "Size")), Optional.of(shirt));

        assertThat(plan.outcome().product()).contains(Change.UPDATED);
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
        ProductPlan all = plan(
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

        ProductPlan plan = plan(draft(null, heavier), Optional.of(broken));

        assertThat(plan.outcome().variants().get("A").change()).contains(Change.UPDATED);
        assertThat(code(plan(draft(null, named("A", "S")), Optional.of(broken))))
                .isEmpty();
        assertThat(plan(draft(null, named("A", "M")), Optional.of(broken))
                        .outcome()
                        .variants()
                        .get("A")
                        .refusal())
                .map(Refusal::code)
                .contains("option_count");
        assertThat(code(plan(draft(null, named("A", "S", "Red"), named("B", "S", "Blue")), Optional.of(broken))))
                .isEmpty();
    }

    @Test
    void whatARefusedFirstRowSaysOfTheProductTakesNoEffect() {
        ProductDraft draft = Drafts.product("shirt", "Other title", null, named("S-R", "S"), named("M-R", "L", "Red"));

        ProductPlan plan = ProductPlan.of(
                draft, Optional.of(shirt), NO_CATEGORIES, Map.of(), new FirstRows(Set.of("S-R"), Set.of()));

        assertThat(plan.product()).isEmpty();
        assertThat(plan.outcome().variants().get("S-R").refusal()).isPresent();
        assertThat(plan.outcome().variants().get("M-R").change()).contains(Change.UPDATED);
        ProductPlan unread = ProductPlan.of(
                draft, Optional.of(shirt), NO_CATEGORIES, Map.of(), new FirstRows(Set.of(), Set.of("shirt")));
        assertThat(unread.product()).isEmpty();
    }

    @Test
    void aNewProductWithoutOneGoodVariantIsRefused() {
        ProductPlan plan = ProductPlan.of(
                draft(null, named("TAKEN")), Optional.empty(), NO_CATEGORIES, Map.of("TAKEN", "other"), FirstRows.NONE);

        assertThat(code(plan)).contains("sku_taken");
        assertThat(plan.product()).isEmpty();
        assertThat(code(plan(draft(null), Optional.empty()))).isEmpty();
    }

    private static Optional<String> code(ProductPlan plan) {
        return plan.outcome().refusal().map(Refusal::code);
    }

    private static ProductPlan plan(ProductDraft draft, Optional<ProductRow> present) {
        return ProductPlan.of(draft, present, NO_CATEGORIES, Map.of(), FirstRows.NONE);
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
