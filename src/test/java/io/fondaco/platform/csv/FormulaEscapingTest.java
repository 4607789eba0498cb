package io.fondaco.platform.csv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormulaEscapingTest {
    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+39 041", "-", "@who", "\tx", "\rx", "-1-1", "1e=", "=", "--2"})
    void formulasAreEscapedWithAnApostrophe(String cell) {
        String expected = cell.startsWith("1") ? cell : "'" + cell;

        assertThat(FormulaEscaping.QUOTED.escape(cell)).isEqualTo(expected);
        assertThat(FormulaEscaping.PLAIN.escape(cell)).isEqualTo(cell);
        assertThat(FormulaEscaping.unescape(expected)).isEqualTo(cell);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-2", "+3", "-1.50", "12", "", "'", "''", "'101", "it's", "a=b", " =x"})
    void numbersAndOtherTextAreNotEscaped(String cell) {
        assertThat(FormulaEscaping.QUOTED.escape(cell)).isEqualTo(cell);
        assertThat(FormulaEscaping.unescape(cell)).isEqualTo(cell);
    }

    @ParameterizedTest
    @ValueSource(strings = {"'=x", "''=x", "'-2", "'@", "'\t"})
    void textWithAnApostropheBeforeAFormulaReadsBackUnchanged(String cell) {
        for (FormulaEscaping formulaEscaping : FormulaEscaping.values()) {
            assertThat(formulaEscaping.escape(cell)).isEqualTo("'" + cell);
            assertThat(FormulaEscaping.unescape(formulaEscaping.escape(cell))).isEqualTo(cell);
        }
    }

    @Test
    void rejectionColumnsAreNotColumnsOfTheFile() {
        CsvHeader csvHeader = new CsvHeader(new CsvRow(1, List.of(" Row", "CODE", "reason ", "sku", "Code")));

        assertThat(csvHeader.names()).containsExactly("", "", "", "sku", "Code");
        assertThat(csvHeader.position(List.of("code"))).hasValue(4);
        assertThat(csvHeader.withoutRejectionColumns(List.of("7", "bad", "why", "S", "C", "stray")))
                .containsExactly("S", "C", "stray");
        assertThat(new CsvHeader(new CsvRow(1, List.of("code", "row", "reason"))).names())
                .containsExactly("code", "row", "reason");
    }

    @Test
    void rowsWithOnlyRejectionColumnsAreSkipped() {
        CsvRowReader rows = CsvRowReader.read(new ByteArrayInputStream(
                "row,code,reason,sku\n2,bad,why,\n3,bad,why\n4,bad,why,S\n".getBytes(StandardCharsets.UTF_8)));
        rows.skipEmptyRejectedRows(new CsvHeader(rows.next().orElseThrow()));

        assertThat(rows.next()).map(CsvRow::number).hasValue(4L);
        assertThat(rows.next()).isEmpty();
    }
}
