package io.fondaco.platform.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.ShopDatabase;
import io.fondaco.platform.identity.TypeId;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Creation and removal of the daily partitions of the outbox and the inbox. */
@QuarkusTest
@Timeout(90)
class OutboxPartitionsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);

    @Inject
    OutboxPartitions partitions;

    @Inject
    ProbeListener probeListener;

    @Inject
    ShopDatabase database;

    @Test
    void partitionsAreCreatedAhead() throws SQLException {
        LocalDate last = TODAY.plusDays(3);
        database.execute("DROP TABLE IF EXISTS messaging.outbox_%1$s, messaging.inbox_%1$s".formatted(name(last)));
        maintain();
        assertThat(partitionExists("outbox", last)).isTrue();
        assertThat(partitionExists("inbox", last)).isTrue();
    }

    @Test
    void readOutboxPartitionAndExpiredInboxPartitionAreDropped() throws SQLException {
        LocalDate past = TODAY.minusDays(12);
        LocalDate recent = TODAY.minusDays(5);
        for (LocalDate day : new LocalDate[] {past, recent}) {
            createPartition("outbox", day);
            createPartition("inbox", day);
        }
        maintain();
        assertThat(partitionExists("outbox", past)).isFalse();
        assertThat(partitionExists("outbox", recent)).isFalse();
        assertThat(partitionExists("inbox", past)).isFalse();
        assertThat(partitionExists("inbox", recent)).as("within eight days").isTrue();
        assertThat(partitionExists("outbox", TODAY)).isTrue();
    }

    @Test
    void unreadOutboxPartitionIsKeptUntilItIsRead() throws Exception {
        LocalDate day = TODAY.minusDays(6);
        createPartition("outbox", day);
        probeListener.block();
        try {
            insertEvent(TODAY);
            await().atMost(SOON).until(probeListener::isBlocked);
            // The listener does not read this event while it is blocked.
            insertEvent(day);
            maintain();
            assertThat(partitionExists("outbox", day)).isTrue();
        } finally {
            probeListener.unblock();
        }
        await().pollInSameThread()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> {
                    maintain();
                    assertThat(partitionExists("outbox", day)).isFalse();
                });
    }

    private void insertEvent(LocalDate day) throws SQLException {
        String subject = TypeId.format("probe", TypeId.newUuid());
        database.execute(
                """
                INSERT INTO messaging.outbox (bucket, id, type, subject, sequence, version, data, published_at)
                VALUES (%d, gen_random_uuid(), 'probe.happened', '%s', 1, 1, '{}', '%s')
                """.formatted(Outbox.bucket(subject), subject, day.equals(TODAY) ? Instant.now() : day + "T12:00:00Z"));
    }

    /** Runs the job without the minimum interval since its last run. */
    private void maintain() throws SQLException {
        database.execute("DELETE FROM jobs.lease WHERE name = 'messaging-log-days'");
        partitions.maintain();
    }

    private void createPartition(String log, LocalDate day) throws SQLException {
        database.execute("SELECT messaging.create_partition('%s', '%s')".formatted(log, day));
    }

    private boolean partitionExists(String log, LocalDate day) throws SQLException {
        return database.query("SELECT to_regclass('messaging.%s_%s')".formatted(log, name(day))) != null;
    }

    private static String name(LocalDate day) {
        return day.format(DateTimeFormatter.BASIC_ISO_DATE);
    }
}
