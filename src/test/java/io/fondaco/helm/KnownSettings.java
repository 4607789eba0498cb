package io.fondaco.helm;

import io.fondaco.SourceFiles;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All {@code fondaco.*} settings of the application, read from its sources, mostly from {@code @ConfigMapping}
 * interfaces.
 *
 * @param names settings with a single value
 * @param maps settings that are maps, with keys below them
 */
record KnownSettings(SortedSet<String> names, SortedSet<String> maps) {
    /** A setting that is injected outside a mapping. */
    private static final Pattern CONFIG_PROPERTY = Pattern.compile("@ConfigProperty\\(name = \"(fondaco\\.[a-z.-]+)\"");

    private static final Pattern CONFIG_MAPPING_PREFIX = Pattern.compile("@ConfigMapping\\(prefix = \"([a-z.-]+)\"\\)");
    private static final Pattern INTERFACE = Pattern.compile("\\binterface (\\w+) \\{");
    private static final Pattern SETTING = Pattern.compile("^\\s*([\\w<>, ]+?)\\s+(\\w+)\\(\\);");

    static KnownSettings scan() {
        SortedSet<String> names = new TreeSet<>();
        SortedSet<String> maps = new TreeSet<>();
        for (String source : SourceFiles.readAll()) {
            CONFIG_PROPERTY.matcher(source).results().forEach(match -> names.add(match.group(1)));
            Matcher prefix = CONFIG_MAPPING_PREFIX.matcher(source);
            if (prefix.find()) {
                Map<String, Map<String, String>> interfaces = interfaces(source);
                collect(prefix.group(1), interfaces.keySet().iterator().next(), interfaces, names, maps);
            }
        }
        return new KnownSettings(names, maps);
    }

    private static void collect(
            String prefix,
            String type,
            Map<String, Map<String, String>> interfaces,
            SortedSet<String> names,
            SortedSet<String> maps) {
        interfaces.get(type).forEach((method, returnType) -> {
            String name = prefix + "." + toKebabCase(method);
            if (interfaces.containsKey(returnType)) {
                collect(name, returnType, interfaces, names, maps);
            } else if (returnType.startsWith("Map<")) {
                maps.add(name);
            } else {
                names.add(name);
            }
        });
    }

    /** The interfaces of a file, the outermost first, each with the return types of its methods. */
    private static Map<String, Map<String, String>> interfaces(String source) {
        Map<String, Map<String, String>> interfaces = new LinkedHashMap<>();
        Deque<String> open = new ArrayDeque<>();
        for (String line : source.lines().toList()) {
            if (line.strip().startsWith("*")
                    || line.strip().startsWith("/*")
                    || line.strip().startsWith("@")) {
                continue;
            }
            Matcher declared = INTERFACE.matcher(line);
            Matcher setting = SETTING.matcher(line);
            if (declared.find()) {
                open.push(declared.group(1));
                interfaces.put(declared.group(1), new TreeMap<>());
            } else if (setting.find()) {
                interfaces
                        .get(open.peek())
                        .put(setting.group(2), setting.group(1).strip());
            } else if (line.contains("{") && !line.contains("}")) {
                open.push("");
            } else if (line.contains("}") && !line.contains("{")) {
                open.pop();
            }
        }
        return interfaces;
    }

    private static String toKebabCase(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    boolean hasEnvironmentVariable(String variable) {
        return names.stream().anyMatch(name -> environmentVariable(name).equals(variable))
                || maps.stream().anyMatch(map -> variable.startsWith(environmentVariable(map) + "_"));
    }

    boolean hasProperty(String property) {
        return names.contains(property) || maps.stream().anyMatch(map -> property.startsWith(map + "."));
    }

    private static String environmentVariable(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
