package io.fondaco.invoice;

import io.fondaco.invoice.InvoiceEntity.InvoiceRow;
import io.fondaco.invoice.InvoiceEntity.InvoiceSummaryRow;
import io.fondaco.order.OrderId;
import io.fondaco.payment.RefundId;
import io.fondaco.platform.paging.PageCursor;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Invoices and credit notes in Postgres. Every read is a projection and one statement. */
@ApplicationScoped
class InvoiceRepository implements PanacheRepositoryBase<InvoiceEntity, UUID> {
    private static final String SELECT = """
            select id, kind, series, number, fullNumber, orderId, refundId, issuedAt, currency, data
              from InvoiceEntity where\s""";
    private static final String SELECT_SUMMARY = """
            select id, kind, series, number, fullNumber, orderId, refundId, issuedAt, currency, tax, total
              from InvoiceEntity\s""";

    /** The filter of a list. Its query contains only the requested conditions, so that an index can serve it. */
    record InvoiceFilter(
            Optional<String> series,
            Optional<String> fullNumber,
            Optional<Instant> issuedFrom,
            Optional<Instant> issuedBefore,
            Optional<PageCursor> cursor,
            int limit) {
        private static final String SORT = "-issued_at";
        private static final int CURSOR_KEYS = 2;

        static Optional<PageCursor> cursor(@Nullable String text) {
            return PageCursor.decode(text, SORT, CURSOR_KEYS);
        }

        static PageCursor cursorAfter(InvoiceSummaryRow last) {
            return PageCursor.of(SORT, last.issuedAt().toString(), last.id().toString());
        }

        private String whereClause() {
            List<String> conditions = new ArrayList<>();
            series.ifPresent(_ -> conditions.add("series = :series"));
            fullNumber.ifPresent(_ -> conditions.add("fullNumber = :fullNumber"));
            issuedFrom.ifPresent(_ -> conditions.add("issuedAt >= :issuedFrom"));
            issuedBefore.ifPresent(_ -> conditions.add("issuedAt < :issuedBefore"));
            cursor.ifPresent(_ -> conditions.add("(issuedAt, id) < (:cursorIssued, :cursorId)"));
            return conditions.isEmpty() ? "" : "where " + String.join(" and ", conditions);
        }

        private Map<String, Object> parameters() {
            Map<String, Object> values = new LinkedHashMap<>();
            series.ifPresent(value -> values.put("series", value));
            fullNumber.ifPresent(value -> values.put("fullNumber", value));
            issuedFrom.ifPresent(value -> values.put("issuedFrom", value));
            issuedBefore.ifPresent(value -> values.put("issuedBefore", value));
            cursor.ifPresent(pageCursor -> putCursor(values, pageCursor));
            return values;
        }

        private static void putCursor(Map<String, Object> values, PageCursor pageCursor) {
            try {
                values.put("cursorIssued", Instant.parse(pageCursor.keys().getFirst()));
                values.put("cursorId", UUID.fromString(pageCursor.keys().getLast()));
            } catch (DateTimeParseException | IllegalArgumentException _) {
                throw PageCursor.invalidCursor();
            }
        }
    }

    Optional<Invoice> find(InvoiceId id) {
        return select("id = :id", Map.of("id", id.value()));
    }

    /** The invoice of an order. */
    Optional<Invoice> findInvoice(OrderId order) {
        return select(
                "orderId = :order and kind = :kind",
                Map.of("order", order.value(), "kind", InvoiceKind.INVOICE.column()));
    }

    /** The credit note of a refund. */
    Optional<Invoice> findCreditNote(RefundId refund) {
        return select(
                "refundId = :refund and kind = :kind",
                Map.of("refund", refund.value(), "kind", InvoiceKind.CREDIT_NOTE.column()));
    }

    private Optional<Invoice> select(String condition, Map<String, Object> parameters) {
        return find(SELECT + condition, parameters)
                .project(InvoiceRow.class)
                .singleResultOptional()
                .map(InvoiceRow::toInvoice);
    }

    /** Invoice and credit notes of an order, oldest first. */
    List<InvoiceSummaryRow> listByOrder(OrderId order) {
        return find(SELECT_SUMMARY + "where orderId = :order order by issuedAt, id", Map.of("order", order.value()))
                .project(InvoiceSummaryRow.class)
                .list();
    }

    /** A page, newest first, with one row more than the limit. */
    List<InvoiceSummaryRow> list(InvoiceFilter filter) {
        return find(SELECT_SUMMARY + filter.whereClause() + " order by issuedAt desc, id desc", filter.parameters())
                .project(InvoiceSummaryRow.class)
                .range(0, filter.limit())
                .list();
    }

    /** Whether the series has taken a number. */
    boolean isUsed(String series) {
        return !find("select id from InvoiceEntity where series = :series", Map.of("series", series))
                .project(UUID.class)
                .page(0, 1)
                .list()
                .isEmpty();
    }
}
