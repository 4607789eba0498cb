package io.fondaco.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fondaco.OpenApiOperation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Bodies derived from a valid one: each hostile value in each place of the body and in each further member of the
 * schema.
 */
final class HostileBodies {
    private static final String PLACEHOLDER = "@here@";
    private static final String QUOTED_PLACEHOLDER = '"' + PLACEHOLDER + '"';
    private static final int MAX_DEPTH = 5;
    private static final int MANY_ITEMS = 3_000;

    /** The number of lines in an order of a wholesale customer. */
    private static final int LARGE_ORDER_LINES = 300;

    /** Well-formed JSON values that may be invalid in their place. */
    private static final List<String> HOSTILE_VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1.5",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775809",
            "1e400",
            "1e-400",
            "9".repeat(900),
            "\"\"",
            "\"  \"",
            "\"x\"",
            "\"" + "x".repeat(300) + "\"",
            "\"" + "x".repeat(60_000) + "\"",
            "\"\\u0000\"",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            "\"\\ufeff\\u202e\\u0007\"",
            "\"🛒 مرحبا\"",
            "\"'; DROP TABLE catalog.product; --\"",
            "\"${jndi:ldap://127.0.0.1/x}\"",
            "\"2026-13-45T99:99:99Z\"",
            "\"+999999999-12-31T23:59:59Z\"",
            "\"-999999999-01-01T00:00:00Z\"",
            "\"product_00000000000000000000000000\"",
            "\"product_zzzzzzzzzzzzzzzzzzzzzzzzzz\"",
            "{}",
            "[]",
            "[null]",
            "[[]]",
            "{\"amount\": -1, \"currency\": \"EUR\"}",
            "{\"amount\": 9223372036854775807, \"currency\": \"JPY\"}",
            "{\"\": {\"\": {}}}",
            "{\"\": \"\"}",
            "{\"a\\u0000\": \"b\"}",
            "{\"a\\ud800\": \"b\"}",
            "{\"a\": \"b\\udc00\"}",
            "[".repeat(40) + "]".repeat(40));

    /** Malformed JSON. */
    private static final List<String> MALFORMED_JSON = List.of(
            "NaN",
            "-Infinity",
            "01",
            "+1",
            ".5",
            "0x10",
            "'x'",
            "undefined",
            "\"\\x\"",
            "\"\\u12\"",
            "\"a\nb\"",
            "/**/1",
            ",",
            "9".repeat(100_000),
            "[".repeat(20_000),
            "{\"a\":".repeat(20_000));

    /** Bytes that are not valid UTF-8. */
    private static final List<byte[]> INVALID_UTF8 = List.of(
            bytes(0xC3, 0x28),
            bytes(0xFF),
            bytes(0xED, 0xA0, 0x80),
            bytes(0xC0, 0xAF),
            bytes(0xF8, 0x88, 0x80, 0x80, 0x80));

    private final OpenApiOperation openApiOperation;
    private final List<HostileBody> bodies = new ArrayList<>();

    /**
     * A request body.
     *
     * @param mustBeRejected whether it is invalid for every operation
     */
    record HostileBody(String description, byte[] bytes, boolean mustBeRejected) {
        @Override
        public String toString() {
            return description.length() > 120 ? description.substring(0, 120) + "…" : description;
        }
    }

    private HostileBodies(OpenApiOperation openApiOperation) {
        this.openApiOperation = openApiOperation;
    }

    static List<HostileBody> of(OpenApiOperation openApiOperation, JsonNode valid) {
        HostileBodies all = new HostileBodies(openApiOperation);
        all.addWholeBodyCases(valid);
        all.addOptionalMemberCases(valid);
        all.addCasesPerPlace(valid, openApiOperation.schema(), valid, 0);
        return all.bodies;
    }

    private void addWholeBodyCases(JsonNode valid) {
        String text = valid.toString();
        for (String broken : List.of("{", "[]", "42", "\"text\"", "{\"a\": 1,}", text + "x", text + text, "\u0000")) {
            add("whole: " + broken, broken, true);
        }
        for (int cut = 1; cut < text.length(); cut += Math.max(1, text.length() / 20)) {
            add("cut after " + cut, text.substring(0, cut), true);
        }
        add("none", "", false);
        add("null", "null", false);
        bodies.add(new HostileBody("UTF-16", text.getBytes(StandardCharsets.UTF_16), false));
        add("100,000 deep", "[".repeat(100_000), true);
    }

    /** All optional members omitted, and all nullable members set to null. */
    private void addOptionalMemberCases(JsonNode valid) {
        JsonNode known = openApiOperation.resolveReference(openApiOperation.schema());
        if (!(valid instanceof ObjectNode object)) {
            return;
        }
        List<String> required = new ArrayList<>();
        known.path("required").forEach(name -> required.add(name.asText()));
        ObjectNode requiredOnly = object.deepCopy();
        requiredOnly.retain(required);
        add("required members only", requiredOnly.toString(), false);
        ObjectNode nulls = object.deepCopy();
        known.path("properties").properties().stream()
                .filter(member -> mayBeNull(member.getValue()))
                .forEach(member -> nulls.putNull(member.getKey()));
        add("null for all that may be null", nulls.toString(), false);
    }

    private static boolean mayBeNull(JsonNode schema) {
        return schema.toString().contains("\"null\"");
    }

    /** Covers every member and item of a place, and every further member of the schema. */
    private void addCasesPerPlace(JsonNode root, JsonNode schema, JsonNode place, int depth) {
        JsonNode known = openApiOperation.resolveReference(schema);
        if (depth == MAX_DEPTH) {
            return;
        }
        if (place instanceof ObjectNode object) {
            for (String name :
                    object.properties().stream().map(Map.Entry::getKey).toList()) {
                addMemberCases(root, object, name);
                addCasesPerPlace(root, known.path("properties").path(name), object.get(name), depth + 1);
            }
            known.path("properties").properties().stream()
                    .map(Map.Entry::getKey)
                    .filter(name -> !object.has(name))
                    .forEach(name -> addMemberCases(root, object, name));
            object.put("no_such_member", 1);
            add("an unknown member in " + place, root.toString(), false);
            object.remove("no_such_member");
        } else if (place instanceof ArrayNode array && !array.isEmpty()) {
            JsonNode first = array.get(0);
            array.set(0, TextNode.valueOf(PLACEHOLDER));
            addAllValues("an item of " + place, root.toString());
            array.set(0, first);
            addCasesPerPlace(root, known.path("items"), first, depth + 1);
            array.add(PLACEHOLDER);
            for (int times : List.of(1, LARGE_ORDER_LINES, MANY_ITEMS)) {
                String more = IntStream.range(0, times)
                        .mapToObj(_ -> first.toString())
                        .collect(Collectors.joining(","));
                add("%d more of %s".formatted(times, first), root.toString().replace(QUOTED_PLACEHOLDER, more), false);
            }
            array.remove(array.size() - 1);
        }
    }

    private void addMemberCases(JsonNode root, ObjectNode object, String name) {
        JsonNode before = object.get(name);
        object.put(name, PLACEHOLDER);
        String template = root.toString();
        addAllValues(name, template);
        String member = '"' + name + "\":" + QUOTED_PLACEHOLDER;
        add("twice " + name, template.replace(member, member + "," + member), true);
        object.remove(name);
        add("without " + name, root.toString(), false);
        if (before != null) {
            object.set(name, before);
        }
    }

    private void addAllValues(String where, String template) {
        HOSTILE_VALUES.forEach(value -> add(where + ": " + value, template.replace(QUOTED_PLACEHOLDER, value), false));
        MALFORMED_JSON.forEach(value -> add(where + ": " + value, template.replace(QUOTED_PLACEHOLDER, value), true));
        byte[] before =
                (template.substring(0, template.indexOf(QUOTED_PLACEHOLDER)) + '"').getBytes(StandardCharsets.UTF_8);
        byte[] after = ('"' + template.substring(template.indexOf(QUOTED_PLACEHOLDER) + QUOTED_PLACEHOLDER.length()))
                .getBytes(StandardCharsets.UTF_8);
        for (byte[] bytes : INVALID_UTF8) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.writeBytes(before);
            body.writeBytes(bytes);
            body.writeBytes(after);
            bodies.add(new HostileBody(where + ": bytes that are not UTF-8", body.toByteArray(), true));
        }
    }

    private void add(String description, String body, boolean mustBeRejected) {
        bodies.add(new HostileBody(description, body.getBytes(StandardCharsets.UTF_8), mustBeRejected));
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
