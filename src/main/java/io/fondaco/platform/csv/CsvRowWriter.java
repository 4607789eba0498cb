package io.fondaco.platform.csv;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes CSV (RFC 4180, UTF-8, CRLF) that {@link CsvRowReader} reads back cell by cell. */
public final class CsvRowWriter implements Closeable {
    private final CsvWriter writer;
    private final FormulaEscaping formulaEscaping;

    private CsvRowWriter(CsvWriter writer, FormulaEscaping formulaEscaping) {
        this.writer = writer;
        this.formulaEscaping = formulaEscaping;
    }

    public static CsvRowWriter to(OutputStream output, FormulaEscaping formulaEscaping) {
        CsvWriter writer = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(output, StandardCharsets.UTF_8);
        return new CsvRowWriter(writer, formulaEscaping);
    }

    public void writeRow(List<String> cells) {
        OpenRow openRow = beginRow();
        cells.forEach(openRow::addCell);
        openRow.endRow();
    }

    /** Begins a row whose cells are added one by one; the next row can begin after {@link OpenRow#endRow}. */
    public OpenRow beginRow() {
        return new OpenRow(writer.writeRecord());
    }

    /** Flushes the rows that were written so far to the client that downloads the file. */
    public void flush() throws IOException {
        writer.flush();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** A row whose cells are being written. */
    public final class OpenRow {
        private final CsvWriter.CsvWriterRecord csvRecord;

        private OpenRow(CsvWriter.CsvWriterRecord csvRecord) {
            this.csvRecord = csvRecord;
        }

        public OpenRow addCell(String cell) {
            csvRecord.writeField(formulaEscaping.escape(cell));
            return this;
        }

        public void endRow() {
            csvRecord.endRecord();
        }
    }
}
