package io.fondaco.platform.csv;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes CSV (RFC 4180, UTF-8, CRLF) that {@link CsvRows} reads back cell by cell. */
public final class CsvLines implements Closeable {
    private final CsvWriter writer;
    private final Formulas formulas;

    private CsvLines(CsvWriter writer, Formulas formulas) {
        this.writer = writer;
        this.formulas = formulas;
    }

    public static CsvLines to(OutputStream output, Formulas formulas) {
        CsvWriter writer = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(output, StandardCharsets.UTF_8);
        return new CsvLines(writer, formulas);
    }

    public void write(List<String> cells) {
        Line line = begin();
        cells.forEach(line::add);
        line.end();
    }

    /** A line that is not known as a whole yet; the next one begins after {@link Line#end}. */
    public Line begin() {
        return new Line(writer.writeRecord());
    }

    /** Hands on what was written so far, so that whoever waits for the file has it. */
    public void flush() throws IOException {
        writer.flush();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** A line under way. */
    public final class Line {
        private final CsvWriter.CsvWriterRecord line;

        private Line(CsvWriter.CsvWriterRecord line) {
            this.line = line;
        }

        public Line add(String cell) {
            line.writeField(formulas.write(cell));
            return this;
        }

        public void end() {
            line.endRecord();
        }
    }
}
