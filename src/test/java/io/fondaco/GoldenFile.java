package io.fondaco;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Documents that are written by tests and committed, so that their changes are read. */
public final class GoldenFile {
    private GoldenFile() {}

    /** Holds a document; rewrites it, and fails, when it is another by now. */
    public static void verify(Path document, String current) throws IOException {
        String before = Files.exists(document) ? Files.readString(document) : "";
        if (!current.equals(before)) {
            Files.writeString(document, current);
        }
        assertThat(before)
                .as("%s has changed and was rewritten: read the diff, commit it", document)
                .isEqualTo(current);
    }

    /** The same for what stands in it between two lines. */
    public static void verify(Path document, String begins, String ends, String current) throws IOException {
        String before = Files.readString(document);
        int from = before.indexOf(begins) + begins.length();
        verify(document, before.substring(0, from) + current + before.substring(before.indexOf(ends)));
    }
}
