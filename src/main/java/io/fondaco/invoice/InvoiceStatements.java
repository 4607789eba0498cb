package io.fondaco.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.order.OrderId;
import io.fondaco.payment.RefundId;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;

/** The native SQL of this module. Each method is one statement, in the caller's transaction. */
@ApplicationScoped
class InvoiceStatements {
    private final Sql sql;
    private final ObjectMapper json;

    InvoiceStatements(Sql sql, ObjectMapper json) {
        this.sql = sql;
        this.json = json;
    }

    private record NumberRow(long number, String fullNumber, Instant issuedAt) {}

    private record FoundRow(boolean found) {}

    /**
     * Takes the next number of a series and writes the document with it. The series is locked until the transaction
     * ends, so call it last: a rollback gives the number back, and other writers of the series wait.
     *
     * @param series must exist
     * @param refund the refund of a credit note; empty for an invoice
     */
    Invoice write(InvoiceKind kind, String series, OrderId order, Optional<RefundId> refund, InvoiceData data) {
        InvoiceId id = InvoiceId.random();
        NumberRow row = sql.query("""
                        WITH taken AS (
                            UPDATE invoice.series SET next_number = next_number + 1 WHERE code = :series
                            RETURNING code, prefix, digits, next_number - 1 AS number)
                        INSERT INTO invoice.invoice
                               (id, kind, series, number, full_number, order_id, refund_id, issued_at, currency,
                                total, tax, data)
                        SELECT :id, :kind, code, number,
                               prefix || lpad(cast(number AS text), greatest(digits, length(cast(number AS text))),
                                              '0'),
                               :order, cast(:refund AS uuid), clock_timestamp(), :currency, :total, :tax,
                               cast(:data AS jsonb)
                          FROM taken
                        RETURNING number, full_number, issued_at
                        """, NumberRow.class)
                .setParameter("series", series)
                .setParameter("id", id.value())
                .setParameter("kind", kind.column())
                .setParameter("order", order.value())
                .setParameter("refund", refund.map(RefundId::value).orElse(null))
                .setParameter("currency", data.totals().total().currency())
                .setParameter("total", data.totals().total().amount())
                .setParameter("tax", data.totals().tax().amount())
                .setParameter("data", Json.write(json, data))
                .getSingleResult();
        return new Invoice(
                id,
                kind,
                series,
                row.number(),
                row.fullNumber(),
                order,
                refund.orElse(null),
                row.issuedAt(),
                data.totals().total().currency(),
                data);
    }

    /** Whether another series has written a number with this prefix. */
    boolean isPrefixUsedByAnother(String series, String prefix) {
        return sql.query("""
                        SELECT EXISTS (
                            SELECT FROM invoice.invoice
                             WHERE series <> :series AND starts_with(full_number, :prefix)
                               AND substr(full_number, length(:prefix) + 1) ~ '^[0-9]+$')
                        """, FoundRow.class)
                .setParameter("series", series)
                .setParameter("prefix", prefix)
                .getSingleResult()
                .found();
    }
}
