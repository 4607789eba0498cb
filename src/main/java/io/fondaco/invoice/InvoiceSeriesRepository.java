package io.fondaco.invoice;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Series in Postgres. Every read is a projection and one statement. */
@ApplicationScoped
class InvoiceSeriesRepository implements PanacheRepositoryBase<InvoiceSeriesEntity, String> {
    private static final String SELECT =
            "select code, prefix, digits, nextNumber, version, updatedAt from InvoiceSeriesEntity";

    private static final String UPDATE = """
            update versioned InvoiceSeriesEntity
               set prefix = :prefix, digits = :digits, nextNumber = :nextNumber, updatedAt = instant
             where code = :code""";

    /** The series after a code, in the order of their codes. */
    List<InvoiceSeries> listPage(String after, int limit) {
        return find(SELECT + " where code > :after order by code", Map.of("after", after))
                .project(InvoiceSeries.class)
                .page(0, limit)
                .list();
    }

    Optional<InvoiceSeries> findByCode(String code) {
        return find(SELECT + " where code = :code", Map.of("code", code))
                .project(InvoiceSeries.class)
                .singleResultOptional();
    }

    /** All series, locked until the transaction ends: no number is taken and no prefix is changed meanwhile. */
    List<InvoiceSeries> lockAll() {
        return find(SELECT + " order by code")
                .project(InvoiceSeries.class)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .list();
    }

    /** Writes what can be changed of a locked series and increments its version. */
    void update(InvoiceSeries series) {
        update(
                UPDATE,
                Map.of(
                        "code", series.code(),
                        "prefix", series.prefix(),
                        "digits", series.digits(),
                        "nextNumber", series.nextNumber()));
    }
}
