package io.fondaco.platform.admission;

import java.util.Locale;

/** What a request is for, from what is served first to what is turned away first. */
enum RequestPriority {
    /** Carts, orders, and what payment providers tell. */
    BUY,
    /** The catalogue. */
    BROWSE,
    /** The back office. */
    ADMIN,
    /** Imports and exports, which can wait. */
    BULK;

    /** As metrics name it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
