package io.fondaco.inventory;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;

/** What holds for any SKU holds for one that everybody wants. */
@QuarkusTest
@TestProfile(HotShop.class)
class HotInventoryTest extends InventoryTest {}
