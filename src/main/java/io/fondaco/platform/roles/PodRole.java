package io.fondaco.platform.roles;

import java.util.Locale;

/** A role that a pod can have. */
public enum PodRole {
    /** Serves the catalogue to everybody: cheap, cached, the first to be shed under overload. */
    BROWSE,
    /** Serves carts, orders and the webhooks of payment providers. */
    BUY,
    /** Serves the admin API. */
    ADMIN,
    /** Delivers events, calls webhooks, sends e-mail, runs imports and all other jobs. Serves no path. */
    WORKER;

    /** The name in settings and metrics: {@code browse}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
