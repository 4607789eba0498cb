package io.fondaco.pricing;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.fondaco.pricing.LineReader.Line;
import io.fondaco.pricing.Pricing.ListPriceResult;
import io.fondaco.pricing.Pricing.ListPriceResult.Rejected;
import io.fondaco.pricing.Pricing.ListPriceRow;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the prices of a list from the body of a request and saves them: JSON in one transaction, NDJSON in batches,
 * each in its own transaction and with one batch in memory.
 */
@ApplicationScoped
class ListPriceReceiver {
    /** Rows of a JSON body. */
    static final int MAX_JSON_ROWS = 10_000;

    /** Lines of an NDJSON body. */
    static final long MAX_LINES = 1_000_000;

    private static final int MAX_JSON_BYTES = 4 << 20;
    private static final int ROWS_PER_TRANSACTION = 1_000;
    private static final Logger LOG = Logger.getLogger(ListPriceReceiver.class);

    private final ListPriceService service;
    private final ObjectMapper json;

    ListPriceReceiver(ListPriceService service, ObjectMapper json) {
        this.service = service;
        this.json = json;
    }

    /**
     * A row of a request.
     *
     * @param minQuantity absent: 1
     * @param price null to delete the tier; it must be present, so that nothing is deleted by mistake
     */
    @Schema(name = "ListPriceInput")
    record ListPriceInput(
            @JsonProperty(required = true) @Schema(examples = "LANTERN-AMBER")
            String sku,

            @Schema(
                    description = "The price applies to lines of at least this many units, 1 to 9999; absent: 1.",
                    examples = "10")
            @Nullable
            Integer minQuantity,

            @JsonProperty(required = true)
            @Schema(description = "The price of one unit; null deletes the tier. It must be present.")
            @Nullable
            Money price) {
        ListPriceRow toRow() {
            return new ListPriceRow(
                    requireNonNullElse(sku, ""), minQuantity == null ? 1 : minQuantity, Optional.ofNullable(price));
        }
    }

    /**
     * Saves a JSON array of rows, all or none.
     *
     * @throws JsonProcessingException if it is not such an array
     * @throws ApiException 404 if there is no such list; 413 for too many bytes; 422 with the violations of the rows
     */
    ListPriceReport receiveJson(PriceListId list, InputStream body) throws JsonProcessingException {
        List<ListPriceRow> rows = parse(readAll(body));
        ListPriceReport.Builder report = new ListPriceReport.Builder();
        List<ListPriceResult> results = service.saveAll(list, rows);
        results.forEach(result -> report.add(report.read() + 1, result));
        return report.build();
    }

    private static byte[] readAll(InputStream body) {
        try {
            byte[] bytes = body.readNBytes(MAX_JSON_BYTES + 1);
            if (bytes.length > MAX_JSON_BYTES) {
                throw new ApiException(
                        413,
                        "body_too_large",
                        "A JSON body may have at most %d bytes; send NDJSON.".formatted(MAX_JSON_BYTES));
            }
            return bytes;
        } catch (IOException e) {
            throw interrupted(e);
        }
    }

    private List<ListPriceRow> parse(byte[] bytes) throws JsonProcessingException {
        List<@Nullable ListPriceInput> inputs;
        try {
            inputs = json.readerForListOf(ListPriceInput.class).readValue(bytes);
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw ApiException.badRequest("malformed_json", String.valueOf(e.getMessage()));
        }
        if (inputs == null) {
            throw ApiException.invalid("", "required", "Send an array of prices.");
        }
        if (inputs.size() > MAX_JSON_ROWS) {
            throw ApiException.invalid(
                    "",
                    "too_many_rows",
                    "A JSON body has at most %d rows, not %d; send NDJSON.".formatted(MAX_JSON_ROWS, inputs.size()));
        }
        List<ListPriceRow> rows = new ArrayList<>(inputs.size());
        for (int index = 0; index < inputs.size(); index++) {
            ListPriceInput input = inputs.get(index);
            if (input == null) {
                throw ApiException.invalid("/" + index, "required", "A row is an object.");
            }
            rows.add(input.toRow());
        }
        return rows;
    }

    /**
     * Saves lines of NDJSON in their order. A line that breaks a rule is rejected alone; of several lines for the same
     * tier the last one counts. If it fails or the client stops sending, the batches before stay: sending all lines
     * again has the same result.
     *
     * @throws ApiException 404 if there is no such list; 400 if the body ends too early; 413 for too many lines
     */
    ListPriceReport receiveLines(PriceListId list, InputStream body) {
        service.currency(list);
        Batch batch = new Batch(list);
        LineReader lines = new LineReader(body);
        try {
            for (Optional<Line> line = lines.next(); line.isPresent(); line = lines.next()) {
                if (line.get().number() > MAX_LINES) {
                    batch.save();
                    throw new ApiException(
                            413,
                            "too_many_rows",
                            "A body has at most %d lines. The first %d are applied; send the others."
                                    .formatted(MAX_LINES, MAX_LINES));
                }
                batch.add(line.get());
            }
        } catch (IOException e) {
            throw interrupted(e);
        }
        batch.save();
        return batch.report.build();
    }

    private static ApiException interrupted(IOException cause) {
        LOG.debug("A body with prices was interrupted", cause);
        return ApiException.badRequest("upload_incomplete", "The body was cut off; send it again.");
    }

    /** Lines that are saved in one transaction. */
    private final class Batch {
        private final PriceListId list;
        private final ListPriceReport.Builder report = new ListPriceReport.Builder();
        private final List<Line> lines = new ArrayList<>();
        private final List<ListPriceRow> rows = new ArrayList<>();
        private final Set<String> tiers = new HashSet<>();

        private Batch(PriceListId list) {
            this.list = list;
        }

        private void add(Line line) {
            if (line.isBlank()) {
                return;
            }
            if (line.bytes().isEmpty()) {
                report.add(
                        line.number(),
                        new Rejected(
                                "",
                                "line_too_long",
                                "A line has at most %d bytes.".formatted(LineReader.MAX_LINE_BYTES)));
                return;
            }
            try {
                ListPriceInput input = json.readValue(line.bytes().get(), ListPriceInput.class);
                if (input == null) {
                    report.add(line.number(), new Rejected("", "malformed_json", "A line is an object."));
                } else {
                    add(line, input.toRow());
                }
            } catch (IOException e) {
                report.add(line.number(), toRejection(e));
            }
        }

        private void add(Line line, ListPriceRow row) {
            if (rows.size() >= ROWS_PER_TRANSACTION || !tiers.add(key(row))) {
                save();
                tiers.add(key(row));
            }
            lines.add(line);
            rows.add(row);
        }

        private static String key(ListPriceRow row) {
            return row.minQuantity() + " " + row.sku();
        }

        private void save() {
            List<ListPriceResult> results = rows.isEmpty() ? List.of() : service.save(list, rows, false);
            for (int index = 0; index < results.size(); index++) {
                report.add(lines.get(index).number(), results.get(index));
            }
            lines.clear();
            rows.clear();
            tiers.clear();
        }

        private static Rejected toRejection(IOException e) {
            String field = e instanceof JsonMappingException mapping
                    ? mapping.getPath().stream()
                            .map(step -> String.valueOf(step.getFieldName()))
                            .collect(Collectors.joining("/"))
                    : "";
            String detail = e instanceof JsonProcessingException parsing
                    ? String.valueOf(parsing.getOriginalMessage())
                    : "The line is not valid JSON.";
            return new Rejected(field, "malformed_json", Violation.abbreviate(detail));
        }
    }
}
