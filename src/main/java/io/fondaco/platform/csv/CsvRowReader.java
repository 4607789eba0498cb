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
 * Reads CSV (RFC 4180; CRLF, LF or CR; with or without a byte order mark) row by row. It holds one record at a time, of
 * at most {@link #MAX_RECORD_CHARACTERS}. Bytes that are not UTF-8 become U+FFFD, so that the caller can reject the
 * row. Cells are unescaped by {@link FormulaEscaping#unescape}.
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
     * @throws MalformedCsv if the rest of the file cannot be read: an unclosed quote, text after a closing quote, or a
     *     record that exceeds a bound
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

    /** Skips rows that have only rejection columns, like blank lines, from now on. */
    public void skipEmptyRejectedRows(CsvHeader csvHeader) {
        skipCondition = row -> row.isBlank() || csvHeader.isEmptyRejectedRow(row);
    }

    /** Reads until the last row that was read has this number. */
    public void skipTo(long row) {
        while (rowNumber < row && next().isPresent()) {
            // The rows up to this one were processed before.
        }
    }

    private CsvRecord read() {
        try {
            if (records.hasNext()) {
                CsvRecord read = records.next();
                // An unclosed quote at the end of the file includes the end marker in its cell.
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
                    "The file cannot be read from this row on: " + reason + ". Is a quote missing?",
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

    /**
     * Removes a leading byte order mark and appends an end marker line, which shows whether the file ends inside a
     * quote.
     */
    private static final class EndMarkerReader extends Reader {
        private static final char BYTE_ORDER_MARK = '\uFEFF';

        private final Reader text;
        private final String endMarker;
        private boolean started;
        private int markerPosition;

        EndMarkerReader(Reader text, String endMarker) {
            this.text = text;
            this.endMarker = "\n" + endMarker;
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
