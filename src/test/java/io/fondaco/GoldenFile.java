package io.fondaco;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Generated documents that are committed, so that their changes are reviewed. */
public final class GoldenFile {
    private GoldenFile() {}

    /** Compares the committed document with the current one; if they differ, rewrites it and fails. */
    public static void verify(Path document, String current) throws IOException {
        String committed = Files.exists(document) ? Files.readString(document) : "";
        if (!current.equals(committed)) {
            Files.writeString(document, current);
        }
        assertThat(committed)
                .as("%s has changed and was rewritten: read the diff, commit it", document)
                .isEqualTo(current);
    }

    /** The same for the part of the document between two lines. */
    public static void verify(Path document, String startLine, String endLine, String current) throws IOException {
        String committed = Files.readString(document);
        int start = committed.indexOf(startLine) + startLine.length();
        verify(document, committed.substring(0, start) + current + committed.substring(committed.indexOf(endLine)));
    }
}
