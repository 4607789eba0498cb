package io.fondaco.importing;

import io.fondaco.platform.csv.FileHead;
import io.fondaco.platform.csv.Header;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jboss.logging.Logger;

/** Takes a file in, chunk by chunk, and says at once what its beginning tells. */
@ApplicationScoped
class ImportReception {
    private static final Logger LOG = Logger.getLogger(ImportReception.class);

    private final Uploads uploads;
    private final ImportBell bell;
    private final ImportingSettings settings;

    ImportReception(Uploads uploads, ImportBell bell, ImportingSettings settings) {
        this.uploads = uploads;
        this.bell = bell;
        this.settings = settings;
    }

    String defaultCurrency() {
        return settings.defaultCurrency();
    }

    /**
     * Holds one chunk in memory. One transaction for each MiB, and two more.
     *
     * @param announced bytes by the request's header; negative when it does not say
     * @throws ApiException 400, 413, 415 for a file that cannot be right; nothing of it is kept then
     */
    ImportId receive(Uploads.Order order, int announced, InputStream body) {
        if (announced > settings.maxBytes()) {
            throw tooLarge();
        }
        try {
            byte[] head = body.readNBytes(FileHead.BYTES);
            checkHeader(order, FileHead.check(head));
            return store(order, head, body);
        } catch (IOException e) {
            LOG.debug("An upload was cut off", e);
            throw ApiException.badRequest("upload_incomplete", "The upload was cut off; send the file again.");
        }
    }

    private static void checkHeader(Uploads.Order order, Header header) {
        switch (order.kind()) {
            case PRODUCTS -> ProductFormat.of(order.format(), header, order.currency());
            case STOCK -> StockFormat.of(order.format(), header);
        }
    }

    private ImportId store(Uploads.Order order, byte[] head, InputStream body) throws IOException {
        ImportId id = uploads.open(order);
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
        bell.ring();
        return id;
    }

    private void discard(ImportId id) {
        try {
            uploads.discard(id);
        } catch (RuntimeException e) {
            LOG.debugf(e, "Upload %s stays for the sweeper", id);
        }
    }

    private ApiException tooLarge() {
        return new ApiException(
                413, "too_large", "A file may have at most %d bytes; split it.".formatted(settings.maxBytes()));
    }
}
