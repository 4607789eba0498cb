package io.fondaco.platform.messaging;

import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
class DatabaseCarriesEventsTest extends CarryingEvents {
    @Override
    void carryAgain() throws Exception {
        database.execute("UPDATE messaging.cursor SET position = 0, epoch = epoch + 1 WHERE listener = 'probe'");
    }
}
