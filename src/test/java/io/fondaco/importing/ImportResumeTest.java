package io.fondaco.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fondaco.IntegrationsProfile;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A worker may vanish between any two batches; another goes on where it was. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class ImportResumeTest {
    @Inject
    Uploads uploads;

    @Inject
    ImportLedger ledger;

    @Inject
    ImportRun run;

    @Inject
    Imports imports;

    @Inject
    EntityManager entities;

    @Inject
    Scheduler scheduler;

    /** The test plays the workers. */
    @BeforeEach
    void pauseTheWorker() {
        scheduler.pause(ImportWorker.POLL);
    }

    @AfterEach
    void resumeTheWorker() {
        scheduler.resume(ImportWorker.POLL);
    }

    @Test
    void anImportThatDoesNotMoveIsSeenUntilItDoes() {
        assertThat(stalled()).as("there is none").isZero();
        Uploads.Order order = new Uploads.Order(FileKind.PRODUCTS, FileFormat.SHOPIFY, "EUR", false);
        ImportId id = upload(order, """
                Handle,Title,Variant SKU,Variant Price
                stalled-1,One,STALLED-1,1
                stalled-2,Two,STALLED-2,1
                stalled-3,Three,STALLED-3,1
                """);
        stand(id);
        assertThat(stalled()).as("queued, and no worker").isGreaterThan(700);
        Lease lease = ledger.claim().orElseThrow();
        assertThat(stalled()).as("taken up").isLessThan(100);
        stand(upload(order, """
                Handle,Title,Variant SKU,Variant Price
                stalled-4,Four,STALLED-4,1
                """));
        assertThat(stalled()).as("the next waits its turn").isLessThan(100);
        stand(id);
        assertThat(stalled()).as("running, and no batch").isGreaterThan(700);
        assertThat(run.run(lease, () -> true)).as("one batch").isFalse();
        assertThat(stalled()).as("a batch went in").isLessThan(100);
        assertThat(run.run(lease, () -> false)).isTrue();
        assertThat(stalled()).as("the next is queued still").isGreaterThan(700);
        assertThat(run.run(ledger.claim().orElseThrow(), () -> false)).isTrue();
        assertThat(stalled()).isZero();
    }

    private double stalled() {
        return QuarkusTransaction.requiringNew().call(ledger::stalledSeconds);
    }

    /** As if nothing had come of it for twelve minutes. */
    private void stand(ImportId id) {
        QuarkusTransaction.requiringNew().run(() -> entities.createNativeQuery(
                        "UPDATE importing.import SET moved_at = now() - interval '12 minutes' WHERE id = :id")
                .setParameter("id", id.value())
                .executeUpdate());
    }

    @Test
    void anAbandonedImportIsFinishedByAnotherWithExactCounters() {
        ImportId id = upload(new Uploads.Order(FileKind.PRODUCTS, FileFormat.SHOPIFY, "EUR", false), """
                Handle,Title,Variant SKU,Variant Price
                resume-1,One,RESUME-1,1
                resume-2,Two,RESUME-2,1
                resume-3,Three,RESUME-3,bad
                resume-4,Four,RESUME-4,1
                resume-5,Five,RESUME-1,1
                """);
        Lease abandoned = ledger.claim().orElseThrow();
        assertThat(abandoned.id()).isEqualTo(id);

        assertThat(run.run(abandoned, () -> true)).isFalse();

        assertThat(imports.find(id).orElseThrow().rows()).isEqualTo(new RowCounts(2, 0, 0, 0));
        assertThat(ledger.claim()).as("the lease still holds").isEmpty();
        Optional<Lease> another = await().pollInSameThread()
                .atMost(Duration.ofSeconds(20))
                .until(() -> ledger.claim(), Optional::isPresent);
        assertThat(another.orElseThrow().rowDone()).isEqualTo(3);
        assertThatThrownBy(() -> run.run(abandoned, () -> false)).isInstanceOf(LeaseLost.class);

        assertThat(run.run(another.orElseThrow(), () -> false)).isTrue();

        Import done = imports.find(id).orElseThrow();
        assertThat(done.status()).isEqualTo("done");
        assertThat(done.rows()).isEqualTo(new RowCounts(4, 0, 0, 1));
        assertThat(imports.errors(id, 10, null).data())
                .extracting(RowError::row)
                .containsExactly(4L);
        assertThatThrownBy(() -> ledger.renew(another.orElseThrow())).isInstanceOf(LeaseLost.class);
        // As if the job had last run long ago.
        QuarkusTransaction.requiringNew()
                .run(() -> entities.createNativeQuery("DELETE FROM jobs.lease WHERE name = 'upload-sweeping'")
                        .executeUpdate());
        uploads.sweep();
        assertThat(uploads.chunk(id, 0)).isEmpty();
    }

    @Test
    void anUploadThatWasCutOffIsNeverWorkedOn() {
        ImportId id = uploads.open(new Uploads.Order(FileKind.STOCK, FileFormat.FONDACO, "EUR", false));
        uploads.append(id, 0, "sku,available\n".getBytes(StandardCharsets.UTF_8));

        assertThat(ledger.claim()).isEmpty();
        assertThat(imports.find(id)).isEmpty();
        uploads.discard(id);
        assertThat(uploads.chunk(id, 0)).isEmpty();
    }

    private ImportId upload(Uploads.Order order, String file) {
        ImportId id = uploads.open(order);
        byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
        uploads.append(id, 0, Arrays.copyOf(bytes, 40));
        uploads.append(id, 1, Arrays.copyOfRange(bytes, 40, bytes.length));
        uploads.complete(id);
        return id;
    }
}
