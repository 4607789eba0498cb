package io.fondaco.importing;

import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;

/** Reads an uploaded file with one chunk in memory at a time, and renews the lease before each further chunk. */
final class UploadInputStream extends InputStream {
    private final Uploads uploads;
    private final ImportJobRepository jobs;
    private final ImportLease importLease;
    private byte[] chunk = new byte[0];
    private int position;
    private int next;
    private boolean ended;

    UploadInputStream(Uploads uploads, ImportJobRepository jobs, ImportLease importLease) {
        this.uploads = uploads;
        this.jobs = jobs;
        this.importLease = importLease;
    }

    @Override
    public int read() {
        if (!fill()) {
            return -1;
        }
        return chunk[position++] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, chunk.length - position);
        System.arraycopy(chunk, position, target, offset, count);
        position += count;
        return count;
    }

    private boolean fill() {
        if (position < chunk.length) {
            return true;
        }
        if (ended) {
            return false;
        }
        if (next > 0) {
            jobs.renew(importLease);
        }
        Optional<byte[]> body = uploads.chunk(importLease.id(), next++);
        chunk = body.orElseGet(() -> new byte[0]);
        position = 0;
        ended = body.isEmpty();
        return !ended;
    }
}
