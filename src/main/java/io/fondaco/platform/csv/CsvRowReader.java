package io.fondaco.platform.csv;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Reads CSV (RFC 4180; CRLF, LF or CR; with or without a byte order mark) row by row. Holds one record at a time: at
 * most {@link #MAX_RECORD_CHARACTERS}. Bytes that are no UTF-8 become U+FFFD, for the caller to refuse that row. Cells
 * are what {@link FormulaEscaping#unescape} makes of them.
 */
public final class CsvRowReader implements AutoCloseable {
    public static final int MAX_FIELD_CHARACTERS = 1 << 20;
    public static final int MAX_RECORD_CHARACTERS = 4 << 20;
    public static final int MAX_COLUMNS = 2_000;

    private final CsvReader<CsvRecord> reader;
    private final CloseableIterator<CsvRecord> records;
    private final String endMarker;
    private Predicate<CsvRow> skipCondition = CsvRow::isBlank;
    private long rowNumber;
    private boolean exhausted;

    private CsvRowReader(Reader text) {
        endMarker = "end-" + UUID.randomUUID();
        reader = CsvReader.builder()
                .skipEmptyLines(false)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .maxBufferSize(MAX_RECORD_CHARACTERS)
                .build(
                        CsvRecordHandler.of(bounds -> bounds.maxFields(MAX_COLUMNS)
                                .maxFieldSize(MAX_FIELD_CHARACTERS)
                                .maxRecordSize(MAX_RECORD_CHARACTERS)),
                        new EndMarkerReader(text, endMarker));
        records = reader.iterator();
    }

    public static CsvRowReader read(InputStream bytes) {
        return new CsvRowReader(new InputStreamReader(
                bytes,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE)));
    }

    /**
     * The next row that is not a blank line; empty at the end of the file.
     *
     * @throws MalformedCsv if there is no way to read on: a quote that is not closed, text after a closing quote, a record
     *     beyond the bounds
     */
    public Optional<CsvRow> next() {
        while (!exhausted) {
            CsvRecord read = read();
            if (read.getFieldCount() == 1 && read.getField(0).equals(endMarker)) {
                exhausted = true;
                break;
            }
            rowNumber++;
            CsvRow row = new CsvRow(
                    rowNumber,
                    read.getFields().stream().map(FormulaEscaping::unescape).toList());
            if (!skipCondition.test(row)) {
                return Optional.of(row);
            }
        }
        return Optional.empty();
    }

    /** From now on rows that say nothing but why they were refused once count as blank lines. */
    public void skipEmptyRejectedRows(CsvHeader csvHeader) {
        skipCondition = row -> row.isBlank() || csvHeader.isEmptyRejectedRow(row);
    }

    /** Reads on until the row with this number was the last one read. */
    public void skipTo(long row) {
        while (rowNumber < row && next().isPresent()) {
            // Read before, by whoever reached this row.
        }
    }

    private CsvRecord read() {
        try {
            if (records.hasNext()) {
                CsvRecord read = records.next();
                // An open quote at the end of the file swallows the mark that stands behind it.
                if (read.getFieldCount() > 0
                        && read.getField(read.getFieldCount() - 1).endsWith("\n" + endMarker)) {
                    throw unclosedQuote();
                }
                return read;
            }
        } catch (CsvParseException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String reason = String.valueOf(cause.getMessage());
            throw new MalformedCsv(
                    rowNumber + 1,
                    "broken_csv",
                    "The file cannot be read from here on: " + reason + ". Is a quote missing?",
                    e);
        }
        throw unclosedQuote();
    }

    private MalformedCsv unclosedQuote() {
        return new MalformedCsv(rowNumber + 1, "unclosed_quote", "A quote that opens in this row is never closed.");
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Drops a leading byte order mark and appends a last line that tells a whole file from one that ends inside a quote. */
    private static final class EndMarkerReader extends Reader {
        private static final char BYTE_ORDER_MARK = '\uFEFF';

        private final Reader text;
        private final String endMarker;
        private boolean started;
        private int markerPosition;

        EndMarkerReader(Reader text, String mark) {
            this.text = text;
            this.endMarker = "\n" + mark;
        }

        @Override
        public int read(char[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int count = text.read(target, offset, length);
            if (!started && count > 0) {
                started = true;
                if (target[offset] == BYTE_ORDER_MARK) {
                    System.arraycopy(target, offset + 1, target, offset, count - 1);
                    count--;
                    return count > 0 ? count : read(target, offset, length);
                }
            }
            if (count >= 0) {
                return count;
            }
            int copied = Math.min(length, endMarker.length() - markerPosition);
            if (copied == 0) {
                return -1;
            }
            endMarker.getChars(markerPosition, markerPosition + copied, target, offset);
            markerPosition += copied;
            return copied;
        }

        @Override
        public void close() throws IOException {
            text.close();
        }
    }
}
