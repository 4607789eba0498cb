package io.fondaco.randomwrites;

import io.fondaco.faults.InvariantChecks;
import io.fondaco.faults.ShopCluster;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of writes of every kind: the JSON API, files in both formats, carts, and staff changes to orders,
 * stock, locations, categories and keys. No write may cause a server error. After each write every list of the shop
 * must load, every export must import back without changing a row, and the units of the changed order must add up;
 * after each sequence the invariants of the database must hold. All sequences use the same few products, locations and
 * keys, so each starts with the state that the others left.
 *
 * <p>{@code -Dfaults.walks} is the number of sequences; the seed is logged and can be set with {@code -Dfaults.seed}.
 */
class RandomWritesIT {
    private static final Logger LOG = Logger.getLogger(RandomWritesIT.class);
    private static final int SEQUENCES = Integer.getInteger("faults.walks", 20);
    private static final int WRITES_PER_SEQUENCE = 4;
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;
    private static PackagedApp pod;

    @BeforeAll
    static void open() {
        LOG.infof("Seed of the writes: %d", SEED);
        database = ReplicatedPostgres.start(directory, 1);
        pod = PackagedApp.start("random-writes", ShopCluster.settings(database));
    }

    @AfterAll
    static void close() {
        if (pod != null) {
            pod.close();
        }
        if (database != null) {
            database.close();
        }
    }

    @Test
    void noRandomWriteBreaksAListAnExportOrAnInvariant() {
        Random random = new Random(SEED);
        try (ShopClient staff = new ShopClient(pod.base(), PackagedApp.ADMIN_KEY)) {
            RandomWriter writer = new RandomWriter(staff, random);
            ShopInvariants invariants = new ShopInvariants(staff);
            writer.seedShop();
            for (int sequence = 0; sequence < SEQUENCES; sequence++) {
                for (int write = 0; write < WRITES_PER_SEQUENCE; write++) {
                    writer.write();
                    invariants.assertInvariants(writer.history(), writer.lastOrderPath());
                }
                InvariantChecks.awaitNoViolations(database, SETTLE_TIMEOUT);
            }
            LOG.infof("%d sequences of %d writes: %s", SEQUENCES, WRITES_PER_SEQUENCE, writer.outcomes());
        }
    }
}
