package io.fondaco.inventory;

import java.util.Map;

/** Settings of a shop in which every SKU is wanted by many at the same time. */
public final class HotSkuSettings {
    private HotSkuSettings() {}

    public static Map<String, String> settings() {
        return Map.of("fondaco.inventory.hot-at", "1", "fondaco.inventory.gathered-patience", "2s");
    }
}
