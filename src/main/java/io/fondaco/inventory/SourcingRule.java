package io.fondaco.inventory;

import io.fondaco.inventory.Sourcing.Site;
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
        Comparator<Site> order(@Nullable String country) {
            return PRIORITY_OF_SITE.thenComparing(abroad(country)).thenComparing(Site::code);
        }
    },

    /** The same, but a location in the country that is sent to goes before any other. */
    NEAREST(true) {
        @Override
        Comparator<Site> order(@Nullable String country) {
            return abroad(country).thenComparing(PRIORITY_OF_SITE).thenComparing(Site::code);
        }
    },

    /** Each SKU from the first location by priority that has any, however many parcels that makes. */
    PRIORITY(false) {
        @Override
        Comparator<Site> order(@Nullable String country) {
            return FEWEST_SPLITS.order(country);
        }
    };

    private static final Comparator<Site> PRIORITY_OF_SITE = Comparator.comparingInt(Site::priority);

    private final boolean keepsTogether;

    SourcingRule(boolean keepsTogether) {
        this.keepsTogether = keepsTogether;
    }

    /** The preferred location first. */
    abstract Comparator<Site> order(@Nullable String country);

    boolean keepsTogether() {
        return keepsTogether;
    }

    private static Comparator<Site> abroad(@Nullable String country) {
        return Comparator.comparing(site -> country == null || !country.equals(site.country()));
    }
}
