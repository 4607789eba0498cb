package io.fondaco.importing;

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
import io.fondaco.platform.csv.CsvRows;
import io.fondaco.platform.csv.TextCheck;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lists and maps inside a cell: JSON, so that any text survives. */
final class JsonCells {
    private static final int MAX_DEPTH = 5;
    private static final int MAX_ENTRIES = 1_000;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(CsvRows.MAX_FIELD_CHARACTERS)
                            .build())
                    .build())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonCells() {}

    static String ofTexts(List<String> texts) {
        return texts.isEmpty() ? "" : write(texts);
    }

    static String ofLists(List<List<String>> lists) {
        return lists.isEmpty() ? "" : write(lists);
    }

    static String ofMedia(List<Media> media) {
        ArrayNode array = JSON.createArrayNode();
        for (Media one : media) {
            array.addObject().put("url", one.url()).put("alt", one.alt());
        }
        return media.isEmpty() ? "" : write(array);
    }

    static String ofMap(Map<String, String> map) {
        return map.isEmpty() ? "" : write(new TreeMap<>(map));
    }

    /** A cell that is empty is an empty list. */
    static List<String> texts(RowReader row, List<String> column, String cell) throws BadCell {
        return texts(row, column, cell, array(row, column, cell));
    }

    static List<List<String>> lists(RowReader row, List<String> column, String cell) throws BadCell {
        List<List<String>> lists = new ArrayList<>();
        for (JsonNode entry : array(row, column, cell)) {
            if (!(entry instanceof ArrayNode inner)) {
                throw bad(row, column, cell);
            }
            lists.add(texts(row, column, cell, inner));
        }
        return lists;
    }

    static List<Media> media(RowReader row, List<String> column, String cell) throws BadCell {
        List<Media> media = new ArrayList<>();
        for (JsonNode entry : array(row, column, cell)) {
            Map<String, String> members = members(row, column, cell, entry);
            String url = members.get("url");
            if (url == null || !List.of("url", "alt").containsAll(members.keySet())) {
                throw bad(row, column, cell);
            }
            media.add(new Media(url, members.getOrDefault("alt", "")));
        }
        return media;
    }

    /** A cell that is empty is an empty map. */
    static Map<String, String> map(RowReader row, List<String> column, String cell) throws BadCell {
        return cell.isBlank() ? Map.of() : members(row, column, cell, tree(row, column, cell));
    }

    private static ArrayNode array(RowReader row, List<String> column, String cell) throws BadCell {
        if (cell.isBlank()) {
            return JSON.createArrayNode();
        }
        if (tree(row, column, cell) instanceof ArrayNode array && array.size() <= MAX_ENTRIES) {
            return array;
        }
        throw bad(row, column, cell);
    }

    private static List<String> texts(RowReader row, List<String> column, String cell, ArrayNode array) throws BadCell {
        List<String> texts = new ArrayList<>(array.size());
        for (JsonNode entry : array) {
            texts.add(text(row, column, cell, entry));
        }
        return texts;
    }

    private static Map<String, String> members(RowReader row, List<String> column, String cell, JsonNode node)
            throws BadCell {
        if (!(node instanceof ObjectNode object) || object.size() > MAX_ENTRIES) {
            throw bad(row, column, cell);
        }
        Map<String, String> members = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!TextCheck.isStorable(member.getKey())) {
                throw bad(row, column, cell);
            }
            members.put(member.getKey(), text(row, column, cell, member.getValue()));
        }
        return members;
    }

    private static String text(RowReader row, List<String> column, String cell, JsonNode node) throws BadCell {
        if (!node.isTextual() || !TextCheck.isStorable(node.textValue())) {
            throw bad(row, column, cell);
        }
        return node.textValue();
    }

    private static JsonNode tree(RowReader row, List<String> column, String cell) throws BadCell {
        try {
            return JSON.readTree(cell);
        } catch (JsonProcessingException _) {
            throw bad(row, column, cell);
        }
    }

    private static BadCell bad(RowReader row, List<String> column, String cell) {
        return row.bad(column, "invalid_json", "'%s' is not JSON of the documented form, of text", cell);
    }

    private static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Lists and maps of text are always JSON", e);
        }
    }
}
