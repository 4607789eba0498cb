package io.fondaco;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The application's source files. */
public final class SourceFiles {
    private static final Path DIRECTORY = Path.of("src", "main", "java");

    private SourceFiles() {}

    /** The text of each file. */
    public static List<String> readAll() {
        List<String> texts = new ArrayList<>();
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                texts.add(Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + DIRECTORY, e);
        }
        return texts;
    }
}
