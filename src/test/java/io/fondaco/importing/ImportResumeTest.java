package io.fondaco.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.IntegrationsProfile;
import io.fondaco.ShopDatabase;
import io.fondaco.importing.ImportLease.ImportLeaseLost;
import io.fondaco.productfiles.FileFormat;
import io.fondaco.productfiles.RowError;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker may die between any two batches; another worker resumes the import at its checkpoint. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class ImportResumeTest {
    private static final Uploads.ImportOptions PRODUCTS =
            new Uploads.ImportOptions(FileKind.PRODUCTS, FileFormat.SHOPIFY, "EUR", false);

    private static final int BATCH = ImportJobRunner.MAX_BATCH_PRODUCTS;
    private static final String HEADER = "Handle,Title,Variant SKU,Variant Price\n";

    @Inject
    Uploads uploads;

    @Inject
    ImportJobRepository jobs;

    @Inject
    ImportJobRunner runner;

    @Inject
    ImportQueries importQueries;

    @Inject
    EntityManager entities;

    @Inject
    Scheduler scheduler;

    @Inject
    ShopDatabase database;

    @Inject
    MeterRegistry metrics;

    /** The test takes the place of the workers. */
    @BeforeEach
    void pauseImportWorker() {
        scheduler.pause(ImportWorker.POLL_JOB);
    }

    @AfterEach
    void resumeImportWorker() {
        scheduler.resume(ImportWorker.POLL_JOB);
    }

    @Test
    void importWithoutProgressIsReportedAsStalledUntilItProgresses() {
        assertThat(stalledSeconds()).as("no import").isZero();
        Uploads.ImportOptions importOptions =
                new Uploads.ImportOptions(FileKind.PRODUCTS, FileFormat.SHOPIFY, "EUR", false);
        ImportId id = upload(importOptions, HEADER + products("stalled", BATCH + 1));
        backdateProgress(id);
        assertThat(stalledSeconds()).as("queued without a worker").isGreaterThan(700);
        ImportLease importLease = jobs.claim().orElseThrow();
        assertThat(stalledSeconds()).as("claimed").isLessThan(100);
        backdateProgress(upload(importOptions, """
                Handle,Title,Variant SKU,Variant Price
                stalled-next,Next,STALLED-NEXT,1
                """));
        assertThat(stalledSeconds())
                .as("the next import waits behind a running one")
                .isLessThan(100);
        backdateProgress(id);
        assertThat(stalledSeconds()).as("running without a finished batch").isGreaterThan(700);
        assertThat(runner.run(importLease, () -> true)).as("one batch").isFalse();
        assertThat(stalledSeconds()).as("a batch was applied").isLessThan(100);
        assertThat(runner.run(importLease, () -> false)).isTrue();
        assertThat(stalledSeconds()).as("the next import is still queued").isGreaterThan(700);
        assertThat(runner.run(jobs.claim().orElseThrow(), () -> false)).isTrue();
        assertThat(stalledSeconds()).isZero();
    }

    private double stalledSeconds() {
        return QuarkusTransaction.requiringNew().call(jobs::stalledSeconds);
    }

    /** Makes the import look as if it had made no progress for twelve minutes. */
    private void backdateProgress(ImportId id) {
        QuarkusTransaction.requiringNew().run(() -> entities.createNativeQuery(
                        "UPDATE importing.import SET progressed_at = now() - interval '12 minutes' WHERE id = :id")
                .setParameter("id", id.value())
                .executeUpdate());
    }

    @Test
    void abandonedImportIsFinishedByAnotherWorkerWithExactCounts() throws SQLException {
        ImportId id = upload(
                new Uploads.ImportOptions(FileKind.PRODUCTS, FileFormat.SHOPIFY, "EUR", false),
                HEADER + products("resume", BATCH) + """
                resume-invalid,Invalid,RESUME-INVALID,bad
                resume-valid,Valid,RESUME-VALID,1
                resume-repeated,Repeated,resume-1,1
                """);
        ImportLease abandoned = jobs.claim().orElseThrow();
        assertThat(abandoned.id()).isEqualTo(id);

        assertThat(runner.run(abandoned, () -> true)).isFalse();

        assertThat(importQueries.find(id).orElseThrow().rows()).isEqualTo(new RowCounts(BATCH, 0, 0, 0));
        assertThat(jobs.claim()).as("the lease is still valid").isEmpty();
        assertThat(database.query(
                        "SELECT leased_until - now() BETWEEN interval '1 s' AND interval '15 s' FROM importing.import"
                                + " WHERE id = '%s'".formatted(id.value())))
                .as("the lease ends soon")
                .isEqualTo("t");
        database.execute("UPDATE importing.import SET leased_until = now() - interval '1 s' WHERE id = '%s'"
                .formatted(id.value()));
        Optional<ImportLease> another = jobs.claim();
        assertThat(another.orElseThrow().checkpointRow()).isEqualTo(BATCH + 1);
        assertThatThrownBy(() -> runner.run(abandoned, () -> false)).isInstanceOf(ImportLeaseLost.class);

        assertThat(runner.run(another.orElseThrow(), () -> false)).isTrue();

        Import done = importQueries.find(id).orElseThrow();
        assertThat(done.status()).isEqualTo("done");
        assertThat(done.rows()).isEqualTo(new RowCounts(BATCH + 2, 0, 0, 1));
        assertThat(importQueries.errors(id, 10, null).data())
                .extracting(RowError::row)
                .containsExactly(BATCH + 2L);
        assertThatThrownBy(() -> jobs.renew(another.orElseThrow())).isInstanceOf(ImportLeaseLost.class);
        // Make the job look as if it last ran long ago.
        QuarkusTransaction.requiringNew()
                .run(() -> entities.createNativeQuery("DELETE FROM jobs.lease WHERE name = 'upload-sweeping'")
                        .executeUpdate());
        uploads.sweep();
        assertThat(uploads.chunk(id, 0)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"40P01", "40001", "55P03"})
    void batchThatConflictsWithOtherTransactionsIsRetried(String state) throws SQLException {
        String slug = "contended-" + state.toLowerCase(Locale.ROOT);
        ImportId id = upload(PRODUCTS, """
                Handle,Title,Variant SKU,Variant Price
                %s,Contended,%s,1
                """.formatted(slug, slug));
        ImportLease importLease = jobs.claim().orElseThrow();
        double retried = metrics.counter("fondaco.database.writes.retried").count();
        database.withFailingWrites(
                "catalog.variant", "NEW.sku = '" + slug + "'", state, 3, () -> runner.run(importLease, () -> false));
        assertThat(metrics.counter("fondaco.database.writes.retried").count()).isEqualTo(retried + 3);
        Import done = importQueries.find(id).orElseThrow();
        assertThat(done.status()).isEqualTo("done");
        assertThat(done.rows()).isEqualTo(new RowCounts(1, 0, 0, 0));
    }

    @Test
    void productThatTheDatabaseRejectsIsRejectedAloneAndNotRetried() throws SQLException {
        ImportId id = upload(PRODUCTS, """
                Handle,Title,Variant SKU,Variant Price
                accepted,Accepted,ACCEPTED-1,1
                violating,Violating,VIOLATING-1,1
                """);
        ImportLease importLease = jobs.claim().orElseThrow();
        double retried = metrics.counter("fondaco.database.writes.retried").count();
        database.withFailingWrites(
                "catalog.variant", "NEW.sku = 'VIOLATING-1'", "23514", 100, () -> runner.run(importLease, () -> false));
        assertThat(metrics.counter("fondaco.database.writes.retried").count()).isEqualTo(retried);
        Import done = importQueries.find(id).orElseThrow();
        assertThat(done.status()).isEqualTo("done");
        assertThat(done.rows()).isEqualTo(new RowCounts(1, 0, 0, 1));
        assertThat(importQueries.errors(id, 10, null).data())
                .extracting(RowError::code)
                .containsExactly("not_applicable");
    }

    @Test
    void interruptedUploadIsNeverProcessed() {
        ImportId id = uploads.open(new Uploads.ImportOptions(FileKind.STOCK, FileFormat.FONDACO, "EUR", false));
        uploads.append(id, 0, "sku,available\n".getBytes(StandardCharsets.UTF_8));

        assertThat(jobs.claim()).isEmpty();
        assertThat(importQueries.find(id)).isEmpty();
        uploads.discard(id);
        assertThat(uploads.chunk(id, 0)).isEmpty();
    }

    /** Rows of as many products, each with a SKU like its handle. */
    private static String products(String name, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> "%1$s-%2$d,Product,%1$s-%2$d,1\n".formatted(name, number))
                .collect(Collectors.joining());
    }

    private ImportId upload(Uploads.ImportOptions importOptions, String file) {
        ImportId id = uploads.open(importOptions);
        byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
        uploads.append(id, 0, Arrays.copyOf(bytes, 40));
        uploads.append(id, 1, Arrays.copyOfRange(bytes, 40, bytes.length));
        uploads.complete(id);
        return id;
    }
}
