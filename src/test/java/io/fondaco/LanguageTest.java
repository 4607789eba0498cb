package io.fondaco;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Code and documents are written in plain technical English, as docs/glossary.md says. */
class LanguageTest {
    private static final int WIDTH = 120;

    private static final List<Path> PLACES = List.of(
            Path.of("src"),
            Path.of("docs"),
            Path.of("helm"),
            Path.of("terraform"),
            Path.of("db-migrations"),
            Path.of("README.md"),
            Path.of("CHANGELOG.md"),
            Path.of("CONTRIBUTING.md"));

    private static final Set<String> TEXTS =
            Set.of("java", "md", "sql", "yaml", "yml", "properties", "html", "txt", "tpl", "ts", "lua", "tf", "tftpl");

    /** The texts whose lines are wrapped. */
    private static final Set<String> WRAPPED = Set.of("java", "md", "tf", "tftpl");

    /** This file names the words; the other places contain texts of third parties. */
    private static final List<Path> EXEMPT = List.of(
            Path.of("src/test/java/io/fondaco/LanguageTest.java"),
            Path.of("src/test/resources/stripe"),
            Path.of("terraform/.terraform"));

    /** Words of an earlier idiom, as regular expressions, and what to say instead. */
    private static final Map<Pattern, String> INSTEAD = words();

    @Test
    void textsUseTheTermsOfTheField() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files()) {
            String text = Files.readString(file);
            INSTEAD.forEach((word, instead) -> {
                Matcher matcher = word.matcher(text);
                while (matcher.find()) {
                    found.add("%s:%d: \"%s\": say %s"
                            .formatted(
                                    file,
                                    lineOf(text, matcher.start()),
                                    matcher.group().replaceAll("\\s+", " "),
                                    instead));
                }
            });
        }
        assertThat(found).isEmpty();
    }

    @Test
    void linesAreWrapped() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files()) {
            if (!WRAPPED.contains(extension(file))) {
                continue;
            }
            boolean markdown = extension(file).equals("md");
            int number = 0;
            boolean listing = false;
            for (String line : Files.readAllLines(file)) {
                number++;
                String stripped = line.strip();
                if (markdown && stripped.startsWith("```")) {
                    listing = !listing;
                }
                boolean table = markdown && stripped.startsWith("|");
                boolean breakable = stripped.replaceAll("^(\\S+\\s+)", "").contains(" ");
                if (line.length() > WIDTH && !listing && !table && breakable) {
                    found.add("%s:%d: %d columns".formatted(file, number, line.length()));
                }
            }
        }
        assertThat(found).as("lines wider than %d columns", WIDTH).isEmpty();
    }

    private static int lineOf(String text, int at) {
        return 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
    }

    private static Map<Pattern, String> words() {
        Map<Pattern, String> words = new LinkedHashMap<>();
        say(words, "anew", "\"again\"");
        say(words, "in hand", "\"current\"");
        say(
                words,
                "is told|are told|was told|were told|be told|told of|tells of",
                "\"is published\", \"is notified\", \"reports\"");
        say(words, "of late", "\"recently\"");
        say(words, "at once", "\"immediately\" or \"at the same time\"");
        say(words, "whoever|for who|who has|who comes|who asks|who waits", "the noun: \"clients that …\"");
        say(words, "how manieth", "\"n-th\"");
        say(words, "heard of|unheard", "\"received\", \"unknown\"");
        say(words, "(?:let|lets|letting|lets it|let it) go(?: of)?", "\"release\" or \"void\"");
        say(words, "there is no such thing", "what was not found");
        return words;
    }

    private static void say(Map<Pattern, String> words, String word, String instead) {
        String acrossLines = word.replace(" ", "(?:\\s+(?:\\*\\s+|//\\s+|--\\s+|#\\s+)?)");
        words.put(Pattern.compile("(?i)\\b(?:" + acrossLines + ")\\b"), instead);
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path place : PLACES) {
            try (Stream<Path> walk = Files.walk(place)) {
                walk.filter(LanguageTest::isText).forEach(files::add);
            }
        }
        assertThat(files).hasSizeGreaterThan(500);
        return files;
    }

    private static boolean isText(Path file) {
        return Files.isRegularFile(file)
                && TEXTS.contains(extension(file))
                && EXEMPT.stream().noneMatch(file::startsWith);
    }

    private static String extension(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
