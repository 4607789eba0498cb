package io.fondaco.productfiles;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fondaco.catalog.Media;
import io.fondaco.platform.csv.CsvRowReader;
import io.fondaco.platform.csv.TextSanitizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads and writes lists and maps inside a cell as JSON, so that any text survives. */
final class JsonCells {
    private static final int MAX_DEPTH = 5;
    private static final int MAX_ENTRIES = 1_000;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(CsvRowReader.MAX_FIELD_CHARACTERS)
                            .build())
                    .build())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonCells() {}

    static String renderTexts(List<String> texts) {
        return texts.isEmpty() ? "" : write(texts);
    }

    static String renderLists(List<List<String>> lists) {
        return lists.isEmpty() ? "" : write(lists);
    }

    static String renderMedia(List<Media> media) {
        ArrayNode array = JSON.createArrayNode();
        for (Media one : media) {
            array.addObject().put("url", one.url()).put("alt", one.alt());
        }
        return media.isEmpty() ? "" : write(array);
    }

    static String renderMap(Map<String, String> map) {
        return map.isEmpty() ? "" : write(new TreeMap<>(map));
    }

    /** An empty cell is an empty list. */
    static List<String> parseTexts(RowReader row, List<String> column, String cell) throws InvalidCell {
        return parseTexts(row, column, cell, parseArray(row, column, cell));
    }

    static List<List<String>> parseLists(RowReader row, List<String> column, String cell) throws InvalidCell {
        List<List<String>> lists = new ArrayList<>();
        for (JsonNode entry : parseArray(row, column, cell)) {
            if (!(entry instanceof ArrayNode inner)) {
                throw invalidJson(row, column, cell);
            }
            lists.add(parseTexts(row, column, cell, inner));
        }
        return lists;
    }

    static List<Media> parseMedia(RowReader row, List<String> column, String cell) throws InvalidCell {
        List<Media> media = new ArrayList<>();
        for (JsonNode entry : parseArray(row, column, cell)) {
            Map<String, String> members = parseMembers(row, column, cell, entry);
            String url = members.get("url");
            if (url == null || !List.of("url", "alt").containsAll(members.keySet())) {
                throw invalidJson(row, column, cell);
            }
            media.add(new Media(url, members.getOrDefault("alt", "")));
        }
        return media;
    }

    /** An empty cell is an empty map. */
    static Map<String, String> parseMap(RowReader row, List<String> column, String cell) throws InvalidCell {
        return cell.isBlank() ? Map.of() : parseMembers(row, column, cell, readTree(row, column, cell));
    }

    private static ArrayNode parseArray(RowReader row, List<String> column, String cell) throws InvalidCell {
        if (cell.isBlank()) {
            return JSON.createArrayNode();
        }
        if (readTree(row, column, cell) instanceof ArrayNode array && array.size() <= MAX_ENTRIES) {
            return array;
        }
        throw invalidJson(row, column, cell);
    }

    private static List<String> parseTexts(RowReader row, List<String> column, String cell, ArrayNode array)
            throws InvalidCell {
        List<String> texts = new ArrayList<>(array.size());
        for (JsonNode entry : array) {
            texts.add(parseText(row, column, cell, entry));
        }
        return texts;
    }

    private static Map<String, String> parseMembers(RowReader row, List<String> column, String cell, JsonNode node)
            throws InvalidCell {
        if (!(node instanceof ObjectNode object) || object.size() > MAX_ENTRIES) {
            throw invalidJson(row, column, cell);
        }
        Map<String, String> members = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!TextSanitizer.isStorable(member.getKey())) {
                throw invalidJson(row, column, cell);
            }
            members.put(member.getKey(), parseText(row, column, cell, member.getValue()));
        }
        return members;
    }

    private static String parseText(RowReader row, List<String> column, String cell, JsonNode node) throws InvalidCell {
        if (!node.isTextual() || !TextSanitizer.isStorable(node.textValue())) {
            throw invalidJson(row, column, cell);
        }
        return node.textValue();
    }

    private static JsonNode readTree(RowReader row, List<String> column, String cell) throws InvalidCell {
        try {
            return JSON.readTree(cell);
        } catch (JsonProcessingException _) {
            throw invalidJson(row, column, cell);
        }
    }

    private static InvalidCell invalidJson(RowReader row, List<String> column, String cell) {
        return row.invalidCell(
                column, "invalid_json", "'%s' is not JSON of the documented form with text values", cell);
    }

    private static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write a list or map of texts as JSON", e);
        }
    }
}
