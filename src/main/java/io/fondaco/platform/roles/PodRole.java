package io.fondaco.platform.roles;

import java.util.Locale;

/** A part that pods play. */
public enum PodRole {
    /** Shows the catalogue to everybody: cheap, cached, the first to be shed. */
    BROWSE,
    /** Carts, orders, and what payment providers tell. */
    BUY,
    /** The back office. */
    ADMIN,
    /** Carries events, calls webhooks, sends mail, imports, and runs all jobs. Serves no path. */
    WORKER;

    /** As settings and metrics have it: {@code browse}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
