package io.fondaco.inventory;

import io.fondaco.inventory.Sourcing.SourceLocation;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The rule by which locations are chosen for an order: {@code fondaco.inventory.sourcing}. */
enum SourcingRule {
    /**
     * One location that has the whole order, or else the fewest that have it together. Ties are broken by priority,
     * then by the destination country, then by code.
     */
    FEWEST_SPLITS(true) {
        @Override
        Comparator<SourceLocation> locationOrder(@Nullable String country) {
            return BY_PRIORITY.thenComparing(domesticFirst(country)).thenComparing(SourceLocation::code);
        }
    },

    /** The same, but locations in the destination country come first. */
    NEAREST(true) {
        @Override
        Comparator<SourceLocation> locationOrder(@Nullable String country) {
            return domesticFirst(country).thenComparing(BY_PRIORITY).thenComparing(SourceLocation::code);
        }
    },

    /** Each SKU from the first location by priority that has any, regardless of the number of parcels. */
    PRIORITY(false) {
        @Override
        Comparator<SourceLocation> locationOrder(@Nullable String country) {
            return FEWEST_SPLITS.locationOrder(country);
        }
    };

    private static final Comparator<SourceLocation> BY_PRIORITY = Comparator.comparingInt(SourceLocation::priority);

    private final boolean minimizesSplits;

    SourcingRule(boolean minimizesSplits) {
        this.minimizesSplits = minimizesSplits;
    }

    /** The preferred location first. */
    abstract Comparator<SourceLocation> locationOrder(@Nullable String country);

    boolean minimizesSplits() {
        return minimizesSplits;
    }

    private static Comparator<SourceLocation> domesticFirst(@Nullable String country) {
        return Comparator.comparing(sourceLocation -> country == null || !country.equals(sourceLocation.country()));
    }
}
