package io.fondaco.invoice;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The staff's changes of series. Each locks all series first, which waits for invoices that are being written. */
@ApplicationScoped
class InvoiceSeriesService {
    private final InvoiceSeriesRepository repository;
    private final InvoiceRepository invoices;
    private final InvoiceStatements statements;

    InvoiceSeriesService(InvoiceSeriesRepository repository, InvoiceRepository invoices, InvoiceStatements statements) {
        this.repository = repository;
        this.invoices = invoices;
        this.statements = statements;
    }

    /** @throws ApiException 404 if there is none */
    InvoiceSeries get(String code) {
        return repository.findByCode(code).orElseThrow(() -> notFound(code));
    }

    private static ApiException notFound(String code) {
        return ApiException.notFound("invoice series", code);
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404; 412, 428 as {@link IfMatch#require}; 409 {@code series_in_use}, {@code prefix_taken};
     *     422 {@code next_number_too_low}
     */
    @Transactional
    InvoiceSeries change(String code, @Nullable String ifMatch, InvoiceSeries.Change change) {
        List<InvoiceSeries> all = repository.lockAll();
        InvoiceSeries before = all.stream()
                .filter(series -> series.code().equals(code))
                .findFirst()
                .orElseThrow(() -> notFound(code));
        IfMatch.require(ifMatch, before.version());
        InvoiceSeries after = new InvoiceSeries(
                code,
                Optional.ofNullable(change.prefix()).orElse(before.prefix()),
                Optional.ofNullable(change.digits()).orElse(before.digits()),
                Optional.ofNullable(change.nextNumber()).orElse(before.nextNumber()),
                before.version(),
                before.updatedAt());
        requireNoGap(before, after);
        requireFreePrefix(all, before, after);
        repository.update(after);
        return get(code);
    }

    private void requireNoGap(InvoiceSeries before, InvoiceSeries after) {
        if (after.nextNumber() == before.nextNumber()) {
            return;
        }
        if (invoices.isUsed(before.code())) {
            throw ApiException.conflict(
                    "series_in_use",
                    "The next number is %d: the series has been used, and another number would leave a gap."
                            .formatted(before.nextNumber()));
        }
        if (after.nextNumber() < before.nextNumber()) {
            throw ApiException.invalid(
                    "/next_number",
                    "next_number_too_low",
                    "The next number can only be raised; it is %d.".formatted(before.nextNumber()));
        }
    }

    /** Two series never write the same number, not even with a prefix that one of them had before. */
    private void requireFreePrefix(List<InvoiceSeries> all, InvoiceSeries before, InvoiceSeries after) {
        if (after.prefix().equals(before.prefix())) {
            return;
        }
        boolean taken = all.stream().anyMatch(series -> series.prefix().equals(after.prefix()))
                || statements.isPrefixUsedByAnother(after.code(), after.prefix());
        if (taken) {
            throw ApiException.conflict(
                    "prefix_taken", "Another series has or had this prefix: numbers would not be unique.");
        }
    }
}
