package io.fondaco.platform.csv;

import io.fondaco.platform.web.ApiException;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The first bytes of a file: what they tell about the rest is said at once, not after the upload. */
public final class FileHead {
    public static final int BYTES = 64 << 10;

    private FileHead() {}

    /**
     * @param head at most {@link #BYTES}; less only when the file has no more
     * @return the header row
     * @throws ApiException 400 {@code empty_file}, {@code invalid_header}; 415 {@code not_text}
     */
    public static Header check(byte[] head) {
        if (head.length == 0) {
            throw empty();
        }
        checkText(head);
        try (CsvRows rows = CsvRows.read(new ByteArrayInputStream(head))) {
            Header header = new Header(first(rows));
            if (header.names().contains("")) {
                checkUnnamed(header, rows);
            }
            return header;
        }
    }

    private static CsvRow first(CsvRows rows) {
        try {
            return rows.next().orElseThrow(FileHead::empty);
        } catch (BrokenFile e) {
            throw new InvalidHeader("", "The header cannot be read: " + e.detail());
        }
    }

    private static void checkUnnamed(Header header, CsvRows rows) {
        try {
            for (Optional<CsvRow> row = rows.next(); row.isPresent(); row = rows.next()) {
                header.refuseUnnamed(row.get());
            }
        } catch (BrokenFile _) {
            // The head ends within a row, or the file is broken there; that is told when it is read whole.
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
        CoderResult result = decoder.decode(bytes, CharBuffer.allocate(head.length), head.length < BYTES);
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

    private static ApiException empty() {
        return ApiException.badRequest("empty_file", "The file is empty: send a header row and data rows.");
    }

    private static ApiException notText(String detail) {
        return new ApiException(415, "not_text", detail);
    }
}
