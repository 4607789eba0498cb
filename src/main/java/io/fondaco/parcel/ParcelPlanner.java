package io.fondaco.parcel;

import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.order.Order;
import io.fondaco.order.OrderLine;
import io.fondaco.order.OrderLineId;
import io.fondaco.order.UnitSelection.LineQuantity;
import io.fondaco.parcel.LabelEntity.LabelRow;
import io.fondaco.parcel.LabelRequest.Item;
import io.fondaco.parcel.LabelRequest.Parcel;
import io.fondaco.parcel.LabelRequest.Size;
import io.fondaco.parcel.NewLabels.NewParcel;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns a request for labels into parcels: weighs them, and checks that their units are open and in no other parcel.
 * Not for concurrent use.
 */
final class ParcelPlanner {
    private final Map<OrderLineId, OrderLine> lines;
    private final Map<String, VariantDraft> variants;
    private final Map<OrderLineId, Integer> available = new HashMap<>();
    private final List<Violation> violations = new ArrayList<>();

    /** A parcel for its provider, and its units for the shop. */
    record PlannedParcel(Parcel content, List<LineQuantity> lines) {
        PlannedParcel {
            lines = List.copyOf(lines);
        }
    }

    /**
     * @param labels of the order
     * @param products that have the variants of the order; a variant that was deleted is missing
     */
    ParcelPlanner(Order order, List<LabelRow> labels, List<ProductSnapshot> products) {
        this.lines = order.lines().stream().collect(Collectors.toMap(OrderLine::id, Function.identity()));
        this.variants = products.stream()
                .flatMap(product -> product.draft().variants().stream())
                .collect(Collectors.toMap(VariantDraft::sku, Function.identity(), (first, _) -> first));
        order.lines().forEach(line -> available.put(line.id(), line.openQuantity()));
        labels.stream()
                .filter(LabelRow::holdsUnits)
                .flatMap(label -> label.lines().stream())
                .forEach(line -> available.merge(line.lineId(), -line.quantity(), Integer::sum));
    }

    /**
     * @throws ApiException 422 {@code unknown_line}, {@code quantity_exceeds_line}, {@code weight_unknown}, {@code
     *     dimensions_incomplete}
     */
    List<PlannedParcel> plan(List<NewParcel> parcels) {
        List<PlannedParcel> planned = new ArrayList<>();
        for (int index = 0; index < parcels.size(); index++) {
            planned.add(plan(parcels.get(index), "/parcels/" + index));
        }
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
        return planned;
    }

    private PlannedParcel plan(NewParcel parcel, String pointer) {
        Map<OrderLine, Integer> units = new LinkedHashMap<>();
        for (int index = 0; index < parcel.lines().size(); index++) {
            LineQuantity requested = parcel.lines().get(index);
            take(requested, "%s/lines/%d".formatted(pointer, index))
                    .ifPresent(line -> units.merge(line, requested.quantity(), Integer::sum));
        }
        List<Item> items = units.entrySet().stream()
                .map(entry -> item(entry.getKey(), entry.getValue()))
                .toList();
        return new PlannedParcel(
                new Parcel(weight(parcel, items, pointer), size(parcel, items, pointer), items),
                units.entrySet().stream()
                        .map(entry -> new LineQuantity(entry.getKey().id(), entry.getValue()))
                        .toList());
    }

    /** Takes the units from those that are in no parcel yet. */
    private Optional<OrderLine> take(LineQuantity requested, String pointer) {
        OrderLine line = lines.get(requested.lineId());
        if (line == null) {
            add(pointer + "/line_id", "unknown_line", "The order has no line " + requested.lineId());
            return Optional.empty();
        }
        int left = available.getOrDefault(line.id(), 0);
        if (requested.quantity() > left) {
            add(
                    pointer + "/quantity",
                    "quantity_exceeds_line",
                    "Line %s has %d units that are open and in no parcel with a label; %d were requested."
                            .formatted(line.id(), Math.max(0, left), requested.quantity()));
        }
        available.merge(line.id(), -requested.quantity(), Integer::sum);
        return Optional.of(line);
    }

    private Item item(OrderLine line, int quantity) {
        VariantDraft variant = variants.get(line.sku());
        return new Item(
                line.sku(),
                line.title(),
                quantity,
                variant == null ? 0 : Objects.requireNonNullElse(variant.weightGrams(), 0L),
                variant == null ? null : toSize(variant.lengthMm(), variant.widthMm(), variant.heightMm()),
                line.unitPrice());
    }

    /** The sum of the weights is a weight only if all are known. */
    private long weight(NewParcel parcel, List<Item> items, String pointer) {
        if (parcel.weightGrams() != null) {
            return parcel.weightGrams();
        }
        List<String> unknown = items.stream()
                .filter(item -> item.weightGrams() == 0)
                .map(Item::sku)
                .toList();
        if (!unknown.isEmpty()) {
            add(
                    pointer + "/weight_grams",
                    "weight_unknown",
                    "Weigh the parcel: %s has no weight.".formatted(Violation.abbreviate(unknown.getFirst())));
        }
        return items.stream()
                .mapToLong(item -> item.weightGrams() * item.quantity())
                .sum();
    }

    /** A parcel with one unit is as large as the unit; how several are packed is not known. */
    private @Nullable Size size(NewParcel parcel, List<Item> items, String pointer) {
        Size given = toSize(parcel.lengthMm(), parcel.widthMm(), parcel.heightMm());
        if (given != null) {
            return given;
        }
        if (parcel.lengthMm() != null || parcel.widthMm() != null || parcel.heightMm() != null) {
            add(pointer, "dimensions_incomplete", "Give length_mm, width_mm and height_mm, or none of them.");
        }
        boolean oneUnit = items.size() == 1 && items.getFirst().quantity() == 1;
        return oneUnit ? items.getFirst().size() : null;
    }

    /** Null unless all three are known; in the catalog, 0 is unknown. */
    private static @Nullable Size toSize(@Nullable Integer length, @Nullable Integer width, @Nullable Integer height) {
        return length == null || width == null || height == null || length == 0 || width == 0 || height == 0
                ? null
                : new Size(length, width, height);
    }

    private void add(String pointer, String code, String detail) {
        if (violations.size() < Violation.MAX_REPORTED) {
            violations.add(new Violation(pointer, code, detail));
        }
    }
}
