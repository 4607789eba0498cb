package io.fondaco.inventory;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** A shop in which every SKU is wanted by many at once. */
public class HotShop implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("fondaco.inventory.hot-at", "1", "fondaco.inventory.gathered-patience", "2s");
    }
}
