package io.fondaco.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fondaco.Operation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Bodies made of a good one: each of its places, and each that the schema has besides, with each thing that does not belong there. */
final class HostileBodies {
    private static final String HERE = "@here@";
    private static final String QUOTED = '"' + HERE + '"';
    private static final int DEEPEST = 5;
    private static final int MANY = 3_000;

    /** As many lines as an order of a wholesale customer has. */
    private static final int LINES = 300;

    /** JSON that is well formed, whatever it means where it stands. */
    private static final List<String> VALUES = List.of(
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

    /** JSON that it is not. */
    private static final List<String> BROKEN = List.of(
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

    /** Not text at all, in UTF-8. */
    private static final List<byte[]> NO_TEXT = List.of(
            bytes(0xC3, 0x28),
            bytes(0xFF),
            bytes(0xED, 0xA0, 0x80),
            bytes(0xC0, 0xAF),
            bytes(0xF8, 0x88, 0x80, 0x80, 0x80));

    private final Operation operation;
    private final List<Body> bodies = new ArrayList<>();

    /**
     * What is sent.
     *
     * @param refused whether it cannot be right in any place
     */
    record Body(String what, byte[] bytes, boolean refused) {
        @Override
        public String toString() {
            return what.length() > 120 ? what.substring(0, 120) + "…" : what;
        }
    }

    private HostileBodies(Operation operation) {
        this.operation = operation;
    }

    static List<Body> of(Operation operation, JsonNode good) {
        HostileBodies all = new HostileBodies(operation);
        all.whole(good);
        all.members(good);
        all.places(good, operation.schema(), good, 0);
        return all.bodies;
    }

    private void whole(JsonNode good) {
        String text = good.toString();
        for (String broken : List.of("{", "[]", "42", "\"text\"", "{\"a\": 1,}", text + "x", text + text, "\u0000")) {
            add("whole: " + broken, broken, true);
        }
        for (int cut = 1; cut < text.length(); cut += Math.max(1, text.length() / 20)) {
            add("cut after " + cut, text.substring(0, cut), true);
        }
        add("none", "", false);
        add("null", "null", false);
        bodies.add(new Body("UTF-16", text.getBytes(StandardCharsets.UTF_16), false));
        add("100,000 deep", "[".repeat(100_000), true);
    }

    /** What a client may leave out is left out, and what it may send as null is null, all at once. */
    private void members(JsonNode good) {
        JsonNode known = operation.resolved(operation.schema());
        if (!(good instanceof ObjectNode whole)) {
            return;
        }
        List<String> required = new ArrayList<>();
        known.path("required").forEach(name -> required.add(name.asText()));
        ObjectNode least = whole.deepCopy();
        least.retain(required);
        add("required members only", least.toString(), false);
        ObjectNode nulls = whole.deepCopy();
        known.path("properties").properties().stream()
                .filter(member -> mayBeNull(member.getValue()))
                .forEach(member -> nulls.putNull(member.getKey()));
        add("null for all that may be null", nulls.toString(), false);
    }

    private static boolean mayBeNull(JsonNode schema) {
        return schema.toString().contains("\"null\"");
    }

    /** Every member and item of a place, and every member that there might be. */
    private void places(JsonNode root, JsonNode schema, JsonNode place, int depth) {
        JsonNode known = operation.resolved(schema);
        if (depth == DEEPEST) {
            return;
        }
        if (place instanceof ObjectNode object) {
            for (String name :
                    object.properties().stream().map(Map.Entry::getKey).toList()) {
                replace(root, object, name);
                places(root, known.path("properties").path(name), object.get(name), depth + 1);
            }
            known.path("properties").properties().stream()
                    .map(Map.Entry::getKey)
                    .filter(name -> !object.has(name))
                    .forEach(name -> replace(root, object, name));
            object.put("no_such_member", 1);
            add("an unknown member in " + place, root.toString(), false);
            object.remove("no_such_member");
        } else if (place instanceof ArrayNode array && !array.isEmpty()) {
            JsonNode first = array.get(0);
            array.set(0, TextNode.valueOf(HERE));
            everything("an item of " + place, root.toString());
            array.set(0, first);
            places(root, known.path("items"), first, depth + 1);
            array.add(HERE);
            for (int times : List.of(1, LINES, MANY)) {
                String more = IntStream.range(0, times)
                        .mapToObj(_ -> first.toString())
                        .collect(Collectors.joining(","));
                add("%d more of %s".formatted(times, first), root.toString().replace(QUOTED, more), false);
            }
            array.remove(array.size() - 1);
        }
    }

    private void replace(JsonNode root, ObjectNode object, String name) {
        JsonNode before = object.get(name);
        object.put(name, HERE);
        String template = root.toString();
        everything(name, template);
        String member = '"' + name + "\":" + QUOTED;
        add("twice " + name, template.replace(member, member + "," + member), true);
        object.remove(name);
        add("without " + name, root.toString(), false);
        if (before != null) {
            object.set(name, before);
        }
    }

    private void everything(String where, String template) {
        VALUES.forEach(value -> add(where + ": " + value, template.replace(QUOTED, value), false));
        BROKEN.forEach(value -> add(where + ": " + value, template.replace(QUOTED, value), true));
        byte[] before = (template.substring(0, template.indexOf(QUOTED)) + '"').getBytes(StandardCharsets.UTF_8);
        byte[] after =
                ('"' + template.substring(template.indexOf(QUOTED) + QUOTED.length())).getBytes(StandardCharsets.UTF_8);
        for (byte[] bytes : NO_TEXT) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.writeBytes(before);
            body.writeBytes(bytes);
            body.writeBytes(after);
            bodies.add(new Body(where + ": bytes that are no text", body.toByteArray(), true));
        }
    }

    private void add(String what, String body, boolean refused) {
        bodies.add(new Body(what, body.getBytes(StandardCharsets.UTF_8), refused));
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
