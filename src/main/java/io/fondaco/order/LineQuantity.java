package io.fondaco.order;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;

/** Units of one line of an order. */
public record LineQuantity(
        @NotNull OrderLineId lineId, @Min(1) @Max(9_999) int quantity) {}
