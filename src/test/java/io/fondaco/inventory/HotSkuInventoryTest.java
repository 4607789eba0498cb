package io.fondaco.inventory;

import io.fondaco.IntegrationsProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Tag;

/** The inventory tests again, with hot SKUs. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class HotSkuInventoryTest extends InventoryTest {}
