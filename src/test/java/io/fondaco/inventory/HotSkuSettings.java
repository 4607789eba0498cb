package io.fondaco.inventory;

import java.util.Map;

/** Settings with which every SKU counts as hot. */
public final class HotSkuSettings {
    private HotSkuSettings() {}

    public static Map<String, String> settings() {
        return Map.of("fondaco.inventory.hot-sku-threshold", "1", "fondaco.inventory.batch-max-wait", "2s");
    }
}
