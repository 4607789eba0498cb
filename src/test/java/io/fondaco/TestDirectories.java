package io.fondaco;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Temporary directories of tests, in memory if this machine has such a file system with enough free space. A data
 * directory of PostgreSQL has 1,700 files, and some file systems take longer to create them than PostgreSQL takes to
 * start. Killing a process loses nothing that it has written, in memory or on a disk.
 *
 * <p>{@code -Dfondaco.tests.in-memory=false} keeps them on the disk, as benchmarks do.
 */
public final class TestDirectories implements TempDirFactory {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final long MIN_FREE_BYTES = 4L << 30;
    private static final String IN_MEMORY_PROPERTY = "fondaco.tests.in-memory";
    private static final String PREFIX = "fondaco-test";

    /** Creates an empty directory. */
    public static Path create() throws IOException {
        return isMemoryUsable() ? Files.createTempDirectory(SHARED_MEMORY, PREFIX) : Files.createTempDirectory(PREFIX);
    }

    /** Deletes a directory and its content. */
    public static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        return create();
    }

    private static boolean isMemoryUsable() {
        return !"false".equals(System.getProperty(IN_MEMORY_PROPERTY))
                && Files.isWritable(SHARED_MEMORY)
                && SHARED_MEMORY.toFile().getUsableSpace() >= MIN_FREE_BYTES;
    }
}
