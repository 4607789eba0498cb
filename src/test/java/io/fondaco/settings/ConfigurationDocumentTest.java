package io.fondaco.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.GoldenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Lists the settings in {@code docs/configuration.md}, and checks that documents name only settings that exist. */
class ConfigurationDocumentTest {
    private static final Path DOCUMENT = Path.of("docs", "configuration.md");
    private static final String BEGIN = "<!-- settings: written by ConfigurationDocumentTest from the sources -->\n";
    private static final String END = "<!-- end of settings -->\n";

    private static final long MIB = 1 << 20;

    private static final List<Path> PLACES = List.of(Path.of("docs"), Path.of("helm"), Path.of("README.md"));
    private static final Pattern VARIABLE = Pattern.compile("FONDACO_[A-Z]+(?:_[A-Z]+)*");

    /** Only keys with a hyphen, because the names of metrics have none. */
    private static final Pattern KEY_WITH_HYPHEN =
            Pattern.compile("fondaco\\.[a-z]+(?:\\.[a-z]+)*\\.[a-z]+(?:-[a-z]+)+");

    /** Kubernetes sets it for the Service, not we. */
    private static final Set<String> NO_SETTINGS = Set.of("FONDACO_PORT");

    @Test
    void documentListsAllSettings() throws IOException {
        List<Setting> settings = SettingSources.read();
        assertThat(settings).hasSizeGreaterThan(50);
        assertThat(settings.stream()
                        .filter(setting -> setting.meaning().isEmpty())
                        .map(Setting::key))
                .as("settings without a Javadoc")
                .isEmpty();
        GoldenFile.verify(DOCUMENT, BEGIN, END, table(settings));
    }

    private static String table(List<Setting> settings) {
        StringBuilder table = new StringBuilder("\n| setting | type | default | meaning |\n|---|---|---|---|\n");
        for (Setting setting : settings) {
            String suffix = setting.isMap() ? ".*" : "";
            table.append("| `%s%s`<br>`%s%s` | %s | %s | %s |\n"
                    .formatted(
                            setting.key(),
                            suffix,
                            setting.environmentVariable(),
                            suffix.replace('.', '_'),
                            setting.type(),
                            defaultText(setting),
                            setting.meaning().replace("|", "\\|")));
        }
        return table.append('\n').toString();
    }

    private static String defaultText(Setting setting) {
        if (setting.defaultValue().isEmpty()) {
            return "";
        }
        String text = "`" + setting.defaultValue() + "`";
        if (!setting.type().equals("bytes")) {
            return text;
        }
        long bytes = Long.parseLong(setting.defaultValue());
        return bytes < MIB ? text : text + " (%d MiB)".formatted(bytes / MIB);
    }

    @Test
    void documentsNameOnlySettingsThatExist() throws IOException {
        List<Setting> settings = SettingSources.read();
        Set<String> unknown = new TreeSet<>();
        for (Path file : documents()) {
            String text = Files.readString(file);
            Stream.concat(
                            VARIABLE.matcher(text)
                                    .results()
                                    .map(MatchResult::group)
                                    .filter(name -> !NO_SETTINGS.contains(name)
                                            && settings.stream().noneMatch(setting -> setting.isVariable(name))),
                            KEY_WITH_HYPHEN
                                    .matcher(text)
                                    .results()
                                    .map(MatchResult::group)
                                    .filter(name -> settings.stream().noneMatch(setting -> setting.isKey(name))))
                    .forEach(name -> unknown.add(file + ": " + name));
        }
        assertThat(unknown).isEmpty();
    }

    private static List<Path> documents() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path place : PLACES) {
            try (Stream<Path> walk = Files.walk(place)) {
                walk.filter(Files::isRegularFile).forEach(files::add);
            }
        }
        return files;
    }
}
