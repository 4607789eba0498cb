package io.fondaco.pricing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads the lines of a stream one by one, at bounded memory. */
final class LineReader {
    /** A longer line is skipped. */
    static final int MAX_LINE_BYTES = 4_096;

    private static final int END_OF_STREAM = -1;

    private final InputStream input;
    private long lineNumber;

    LineReader(InputStream input) {
        this.input = new BufferedInputStream(input);
    }

    /**
     * A line without its end.
     *
     * @param number the first is 1
     * @param bytes empty if the line is too long
     */
    record Line(long number, Optional<byte[]> bytes) {
        boolean isBlank() {
            return bytes.filter(content -> new String(content, StandardCharsets.UTF_8).isBlank())
                    .isPresent();
        }
    }

    /** The next line; empty at the end of the stream. */
    Optional<Line> next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean tooLong = false;
        int read = input.read();
        if (read == END_OF_STREAM) {
            return Optional.empty();
        }
        for (; read != END_OF_STREAM && read != '\n'; read = input.read()) {
            if (line.size() < MAX_LINE_BYTES) {
                line.write(read);
            } else {
                tooLong = true;
            }
        }
        lineNumber++;
        return Optional.of(new Line(lineNumber, tooLong ? Optional.empty() : Optional.of(line.toByteArray())));
    }
}
