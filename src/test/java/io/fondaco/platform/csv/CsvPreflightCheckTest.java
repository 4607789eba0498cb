package io.fondaco.platform.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CsvPreflightCheckTest {
    @Test
    void anEmptyFileIsRejected() {
        assertThatThrownBy(() -> CsvPreflightCheck.check(new byte[0])).hasMessageContaining("empty");
        assertThatThrownBy(() -> CsvPreflightCheck.check(utf8("\uFEFF\r\n\r\n")))
                .hasMessageContaining("empty");
    }

    @Test
    void filesThatAreNotUtf8TextAreRejectedWithAReason() {
        assertThatThrownBy(() -> CsvPreflightCheck.check("Handle".getBytes(StandardCharsets.UTF_16)))
                .hasMessageContaining("UTF-16");
        assertThatThrownBy(() -> CsvPreflightCheck.check("Handle".getBytes(StandardCharsets.UTF_16LE)))
                .hasMessageContaining("UTF-16");
        assertThatThrownBy(() -> CsvPreflightCheck.check(new byte[] {'P', 'K', 3, 4, 20}))
                .hasMessageContaining("spreadsheet");
        assertThatThrownBy(() -> CsvPreflightCheck.check("Handle,Größe".getBytes(StandardCharsets.ISO_8859_1)))
                .hasMessageContaining("Byte 9");
    }

    @Test
    void aCharacterCutAtTheEndOfTheHeadIsAccepted() {
        byte[] head = new byte[CsvPreflightCheck.MAX_HEAD_BYTES];
        Arrays.fill(head, (byte) 'x');
        System.arraycopy(utf8("a,b\n"), 0, head, 0, 4);
        head[head.length - 1] = (byte) 0xC3;

        assertThat(CsvPreflightCheck.check(head).names()).containsExactly("a", "b");
    }

    @Test
    void xmlAndHtmlAreRejected() {
        assertThatThrownBy(() -> CsvPreflightCheck.check(utf8("<?xml version=\"1.0\"?><a/>")))
                .hasMessageContaining("XML");
        assertThatThrownBy(() -> CsvPreflightCheck.check(utf8("\uFEFF\n<html>")))
                .hasMessageContaining("HTML");
    }

    @Test
    void aColumnWithoutANameMustBeEmpty() {
        assertThat(CsvPreflightCheck.check(utf8("a,b,\n1,2,\n")).names()).containsExactly("a", "b", "");
        assertThatThrownBy(() -> CsvPreflightCheck.check(utf8(",a,b\n,1,2\n0,1,2\n")))
                .hasMessageContaining("Column 1")
                .hasMessageContaining("row 3")
                .hasMessageContaining("'0'");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
