package io.fondaco.platform.messaging;

import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
class DatabaseEventDeliveryTest extends EventDeliveryGuarantees {
    @Override
    void redeliverAll() throws Exception {
        database.execute("UPDATE messaging.cursor SET position = 0, epoch = epoch + 1 WHERE listener = 'probe'");
    }
}
