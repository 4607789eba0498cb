package io.fondaco.platform.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** The limits of JSON. */
class JacksonConfigurationTest {
    private static final int MAX_LINES = 10_000;

    @Test
    void storedOrderWithTheMostLinesCanBeRead() throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        new JacksonConfiguration().customize(mapper);
        String money = "{\"amount\": 1, \"currency\": \"EUR\"}";
        String tax = "{\"name\": \"VAT\", \"rate\": \"0.19\", \"taxable\": %s, \"amount\": %s}".formatted(money, money);
        String line = "{\"tax_lines\": [%s], \"prices\": [%s], \"quantities\": [%s]}"
                .formatted(
                        String.join(",", Collections.nCopies(4, tax)),
                        String.join(",", Collections.nCopies(5, money)),
                        String.join(",", Collections.nCopies(20, "1")));
        String order = "[%s]".formatted(String.join(",", Collections.nCopies(MAX_LINES, line)));
        assertThat(mapper.readTree(order)).hasSize(MAX_LINES);
    }
}
