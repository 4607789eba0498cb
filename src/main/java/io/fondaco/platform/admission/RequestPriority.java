package io.fondaco.platform.admission;

import java.util.Locale;

/** Priority of a request: the first is admitted first, the last is rejected first. */
enum RequestPriority {
    /** Carts, orders, and webhooks of payment providers. */
    BUY,
    /** The catalogue. */
    BROWSE,
    /** The back office. */
    ADMIN,
    /** Requests of the back office that can wait, declared by {@link Bulk}. */
    BULK;

    /** The label value in metrics. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
