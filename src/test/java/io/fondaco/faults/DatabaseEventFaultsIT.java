package io.fondaco.faults;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Faults while events are delivered by the database. */
class DatabaseEventFaultsIT extends EventFaults {
    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        open(directory);
    }

    @Override
    Map<String, String> transportSettings() {
        return Map.of();
    }

    @Override
    long publishedCount() {
        return Long.parseLong(database.primary().query("SELECT count(*) FROM messaging.inbox"));
    }
}
