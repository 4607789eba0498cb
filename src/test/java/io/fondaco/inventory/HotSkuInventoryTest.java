package io.fondaco.inventory;

import io.fondaco.IntegrationsProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Tag;

/** What holds for any SKU holds for one that everybody wants. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class HotSkuInventoryTest extends InventoryTest {}
