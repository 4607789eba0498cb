package io.fondaco.importing;

import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvPreflightCheck;
import io.fondaco.platform.web.ApiException;
import io.fondaco.productfiles.ProductRowParser;
import io.fondaco.productfiles.StockRowParser;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jboss.logging.Logger;

/** Stores an uploaded file chunk by chunk, and rejects it immediately if its beginning is not a valid file. */
@ApplicationScoped
class ImportUploadService {
    private static final Logger LOG = Logger.getLogger(ImportUploadService.class);

    private final Uploads uploads;
    private final ImportWorker worker;
    private final ImportingSettings settings;

    ImportUploadService(Uploads uploads, ImportWorker worker, ImportingSettings settings) {
        this.uploads = uploads;
        this.worker = worker;
        this.settings = settings;
    }

    String defaultCurrency() {
        return settings.defaultCurrency();
    }

    /**
     * Holds one chunk in memory. One transaction per MiB, and two more.
     *
     * @param contentLength bytes according to the request header; negative if the header is missing
     * @throws ApiException 400, 413 or 415 for an invalid file; nothing of it is kept
     */
    ImportId receive(Uploads.ImportOptions importOptions, int contentLength, InputStream body) {
        if (contentLength > settings.maxBytes()) {
            throw tooLarge();
        }
        try {
            byte[] head = body.readNBytes(CsvPreflightCheck.MAX_HEAD_BYTES);
            checkHeader(importOptions, CsvPreflightCheck.check(head));
            return store(importOptions, head, body);
        } catch (IOException e) {
            LOG.debug("An upload was interrupted", e);
            throw ApiException.badRequest("upload_incomplete", "The upload was cut off; send the file again.");
        }
    }

    private static void checkHeader(Uploads.ImportOptions importOptions, CsvHeader csvHeader) {
        switch (importOptions.kind()) {
            case PRODUCTS -> ProductRowParser.of(importOptions.format(), csvHeader, importOptions.currency());
            case STOCK -> StockRowParser.of(importOptions.format(), csvHeader);
            case PRICES -> new PriceRowParser(csvHeader);
            case TAX_RATES -> new TaxRateRowParser(csvHeader);
        }
    }

    private ImportId store(Uploads.ImportOptions importOptions, byte[] head, InputStream body) throws IOException {
        ImportId id = uploads.open(importOptions);
        boolean complete = false;
        try {
            byte[] chunk = Arrays.copyOf(head, Uploads.CHUNK_BYTES);
            int filled = head.length;
            long total = head.length;
            int sequence = 0;
            while (true) {
                int read = body.readNBytes(chunk, filled, chunk.length - filled);
                filled += read;
                total += read;
                if (total > settings.maxBytes()) {
                    throw tooLarge();
                }
                if (filled == 0) {
                    break;
                }
                uploads.append(id, sequence++, filled == chunk.length ? chunk : Arrays.copyOf(chunk, filled));
                if (filled < chunk.length) {
                    break;
                }
                filled = 0;
            }
            uploads.complete(id);
            complete = true;
        } finally {
            if (!complete) {
                discard(id);
            }
        }
        worker.wakeUp();
        return id;
    }

    private void discard(ImportId id) {
        try {
            uploads.discard(id);
        } catch (RuntimeException e) {
            LOG.debugf(e, "Could not discard upload %s; the cleanup job deletes it later", id);
        }
    }

    private ApiException tooLarge() {
        return new ApiException(
                413, "too_large", "A file may have at most %d bytes; split it.".formatted(settings.maxBytes()));
    }
}
