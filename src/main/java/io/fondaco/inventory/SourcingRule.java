package io.fondaco.inventory;

import io.fondaco.inventory.Sourcing.SourceLocation;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** By which rule locations are chosen for an order: {@code fondaco.inventory.sourcing}. */
enum SourcingRule {
    /**
     * One location that has the whole order, or else the fewest that have it together; among equals by priority, then the
     * country that is sent to, then by code.
     */
    FEWEST_SPLITS(true) {
        @Override
        Comparator<SourceLocation> locationOrder(@Nullable String country) {
            return BY_PRIORITY.thenComparing(domesticFirst(country)).thenComparing(SourceLocation::code);
        }
    },

    /** The same, but a location in the country that is sent to goes before any other. */
    NEAREST(true) {
        @Override
        Comparator<SourceLocation> locationOrder(@Nullable String country) {
            return domesticFirst(country).thenComparing(BY_PRIORITY).thenComparing(SourceLocation::code);
        }
    },

    /** Each SKU from the first location by priority that has any, however many parcels that makes. */
    PRIORITY(false) {
        @Override
        Comparator<SourceLocation> locationOrder(@Nullable String country) {
            return FEWEST_SPLITS.locationOrder(country);
        }
    };

    private static final Comparator<SourceLocation> BY_PRIORITY = Comparator.comparingInt(SourceLocation::priority);

    private final boolean minimizesSplits;

    SourcingRule(boolean keepsTogether) {
        this.minimizesSplits = keepsTogether;
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
