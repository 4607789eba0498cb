package io.fondaco.access;

import java.util.Set;

/** The scopes of API keys. An endpoint names the one scope that it requires in {@code @RolesAllowed}. */
public final class Scopes {
    public static final String CATALOG_READ = "catalog:read";
    public static final String CATALOG_WRITE = "catalog:write";
    public static final String STOCK_READ = "stock:read";
    public static final String STOCK_WRITE = "stock:write";
    public static final String ORDERS_READ = "orders:read";
    public static final String ORDERS_WRITE = "orders:write";
    public static final String KEYS_READ = "keys:read";
    public static final String KEYS_WRITE = "keys:write";

    public static final String WEBHOOKS_READ = "webhooks:read";
    public static final String WEBHOOKS_WRITE = "webhooks:write";
    public static final String MESSAGES_READ = "messages:read";
    public static final String MESSAGES_WRITE = "messages:write";
    public static final String PROMOTIONS_READ = "promotions:read";
    public static final String PROMOTIONS_WRITE = "promotions:write";
    public static final String PRICES_READ = "prices:read";
    public static final String PRICES_WRITE = "prices:write";
    public static final String TAXES_READ = "taxes:read";
    public static final String TAXES_WRITE = "taxes:write";
    public static final String SHIPPING_READ = "shipping:read";
    public static final String SHIPPING_WRITE = "shipping:write";
    public static final String DATABASE_READ = "database:read";

    /** All scopes; the bootstrap key has all of them. */
    public static final Set<String> ALL = Set.of(
            CATALOG_READ,
            CATALOG_WRITE,
            STOCK_READ,
            STOCK_WRITE,
            ORDERS_READ,
            ORDERS_WRITE,
            KEYS_READ,
            KEYS_WRITE,
            WEBHOOKS_READ,
            WEBHOOKS_WRITE,
            MESSAGES_READ,
            MESSAGES_WRITE,
            PROMOTIONS_READ,
            PROMOTIONS_WRITE,
            PRICES_READ,
            PRICES_WRITE,
            TAXES_READ,
            TAXES_WRITE,
            SHIPPING_READ,
            SHIPPING_WRITE,
            DATABASE_READ);

    private Scopes() {}
}
