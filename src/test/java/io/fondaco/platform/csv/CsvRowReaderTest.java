package io.fondaco.platform.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CsvRowReaderTest {
    @Test
    void byteOrderMarkAndAllLineEndingsAreRead() {
        assertThat(read("\uFEFFa,b\r\n1,2\n3,4\r5,\"6\r\n7\"\r\n"))
                .containsExactly(
                        new CsvRow(1, List.of("a", "b")),
                        new CsvRow(2, List.of("1", "2")),
                        new CsvRow(3, List.of("3", "4")),
                        new CsvRow(4, List.of("5", "6\r\n7")));
    }

    @Test
    void rowsAreNumberedAsASpreadsheetShowsThem() {
        assertThat(read("a,b\n\n\"x\ny\",1\n\n2,3")).extracting(CsvRow::number).containsExactly(1L, 3L, 5L);
    }

    @Test
    void aFileThatEndsInsideAQuoteIsMalformedAtThatRow() {
        CsvRowReader rows = open("a,b\n1,2\n3,\"4\n5,6\n");
        rows.next();
        rows.next();

        MalformedCsv malformed = catchThrowableOfType(MalformedCsv.class, rows::next);

        assertThat(malformed.row()).isEqualTo(3);
        assertThat(malformed.code()).isEqualTo("unclosed_quote");
    }

    @Test
    void textAfterAClosingQuoteIsMalformedAtThatRow() {
        CsvRowReader rows = open("a,b\n1,\"2\"x\n");
        rows.next();

        MalformedCsv malformed = catchThrowableOfType(MalformedCsv.class, rows::next);

        assertThat(malformed.row()).isEqualTo(2);
        assertThat(malformed.code()).isEqualTo("broken_csv");
    }

    @Test
    void aRecordThatExceedsTheBoundsIsMalformed() {
        CsvRowReader rows = open("a\n\"" + "x".repeat(CsvRowReader.MAX_FIELD_CHARACTERS + 1) + "\"\n");
        rows.next();

        assertThat(catchThrowableOfType(MalformedCsv.class, rows::next).row()).isEqualTo(2);
    }

    @Test
    void readingResumesAfterACheckpoint() {
        CsvRowReader rows = open("a\n1\n2\n3\n");
        rows.skipTo(3);

        assertThat(rows.next()).contains(new CsvRow(4, List.of("3")));
        assertThat(rows.next()).isEmpty();
    }

    private static List<CsvRow> read(String text) {
        CsvRowReader rows = open(text);
        List<CsvRow> read = new ArrayList<>();
        for (Optional<CsvRow> row = rows.next(); row.isPresent(); row = rows.next()) {
            read.add(row.get());
        }
        return read;
    }

    static CsvRowReader open(String text) {
        return CsvRowReader.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
