package io.fondaco.platform.csv;

import io.fondaco.platform.web.ApiException;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Checks the first bytes of a file, so that an unusable file is rejected immediately and not after the upload. */
public final class CsvPreflightCheck {
    public static final int MAX_HEAD_BYTES = 64 << 10;

    private CsvPreflightCheck() {}

    /**
     * @param head at most {@link #MAX_HEAD_BYTES}; less only when the file has no more
     * @return the header row
     * @throws ApiException 400 {@code empty_file}, {@code invalid_header}; 415 {@code not_text}
     */
    public static CsvHeader check(byte[] head) {
        if (head.length == 0) {
            throw emptyFile();
        }
        checkText(head);
        try (CsvRowReader rows = CsvRowReader.read(new ByteArrayInputStream(head))) {
            CsvHeader csvHeader = new CsvHeader(readHeaderRow(rows));
            if (csvHeader.names().contains("")) {
                checkUnnamedColumns(csvHeader, rows);
            }
            return csvHeader;
        }
    }

    private static CsvRow readHeaderRow(CsvRowReader rows) {
        try {
            return rows.next().orElseThrow(CsvPreflightCheck::emptyFile);
        } catch (MalformedCsv e) {
            throw new InvalidCsvHeader("", "The header cannot be read: " + e.detail());
        }
    }

    private static void checkUnnamedColumns(CsvHeader csvHeader, CsvRowReader rows) {
        try {
            for (Optional<CsvRow> row = rows.next(); row.isPresent(); row = rows.next()) {
                csvHeader.rejectCellsInUnnamedColumns(row.get());
            }
        } catch (MalformedCsv _) {
            // The head ends within a row, or the file is malformed there; the complete read reports that.
        }
    }

    private static void checkText(byte[] head) {
        if (startsWith(head, 0xFE, 0xFF) || startsWith(head, 0xFF, 0xFE)) {
            throw notText("The file is UTF-16; save it as CSV in UTF-8.");
        }
        if (startsWith(head, 0x50, 0x4B, 0x03, 0x04)) {
            throw notText("The file is a spreadsheet or another archive; save it as CSV in UTF-8.");
        }
        if (isMarkup(head)) {
            throw notText("The file is XML or HTML, not CSV; save it as CSV in UTF-8.");
        }
        for (int position = 0; position < head.length; position++) {
            if (head[position] == 0) {
                throw notText(
                        "The file is binary or UTF-16 (NUL at byte %d); save it as CSV in UTF-8.".formatted(position));
            }
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer bytes = ByteBuffer.wrap(head);
        CoderResult result = decoder.decode(bytes, CharBuffer.allocate(head.length), head.length < MAX_HEAD_BYTES);
        if (result.isError()) {
            throw notText("Byte %d of the file is not UTF-8; save it as CSV in UTF-8.".formatted(bytes.position()));
        }
    }

    private static boolean isMarkup(byte[] head) {
        int position = startsWith(head, 0xEF, 0xBB, 0xBF) ? 3 : 0;
        while (position < head.length && Character.isWhitespace(head[position])) {
            position++;
        }
        return position < head.length && head[position] == '<';
    }

    private static boolean startsWith(byte[] head, int... signature) {
        if (head.length < signature.length) {
            return false;
        }
        for (int position = 0; position < signature.length; position++) {
            if ((head[position] & 0xFF) != signature[position]) {
                return false;
            }
        }
        return true;
    }

    private static ApiException emptyFile() {
        return ApiException.badRequest("empty_file", "The file is empty: send a header row and data rows.");
    }

    private static ApiException notText(String detail) {
        return new ApiException(415, "not_text", detail);
    }
}
