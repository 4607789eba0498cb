package io.fondaco.platform.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * A disk that tests can fill: a tmpfs, mounted in a user and mount namespace of its own, so that no privileges are
 * needed and nothing is left behind. Servers on it are started inside the namespace. Outside, the same path is a link
 * into it.
 */
public final class TmpfsDisk implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TmpfsDisk.class);
    private static final String MOUNTED = "mounted";
    private static final long END_SECONDS = 10;
    private static final int CHUNK_BYTES = 4096;

    private final Process mountProcess;
    private final Path directory;

    private TmpfsDisk(Process mountProcess, Path directory) {
        this.mountProcess = mountProcess;
        this.directory = directory;
    }

    /**
     * @param parent the directory in which {@code disk} is created
     * @return empty if this system does not allow the mount
     */
    public static Optional<TmpfsDisk> mount(Path parent, int megabytes) {
        try {
            Path mount = Files.createDirectory(parent.resolve("disk")).toAbsolutePath();
            // The process ends when its standard input is closed.
            Process mountProcess = new ProcessBuilder(
                            "unshare",
                            "--user",
                            "--map-root-user",
                            "--mount",
                            "sh",
                            "-c",
                            ("mount -t tmpfs -o size=%dm,mode=700 small \"$0\" && mkdir \"$0/data\" && echo"
                                            + " %s && exec cat")
                                    .formatted(megabytes, MOUNTED),
                            mount.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = firstLine(mountProcess);
            if (!output.equals(MOUNTED)) {
                mountProcess.destroyForcibly();
                LOG.warn("Cannot mount a tmpfs: " + output);
                return Optional.empty();
            }
            Path data = mount.resolve("data");
            Files.createSymbolicLink(data, Path.of("/proc/%d/root%s".formatted(mountProcess.pid(), data)));
            return Optional.of(new TmpfsDisk(mountProcess, data));
        } catch (IOException e) {
            LOG.warn("Cannot mount a tmpfs", e);
            return Optional.empty();
        }
    }

    private static String firstLine(Process process) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        return line == null ? "" : line;
    }

    /** A server whose directory is on the disk. */
    PostgresServer server(String name, PostgresBinaries programs) {
        return new PostgresServer(
                name,
                directory,
                programs.withLauncher(List.of(
                        "nsenter",
                        "--target",
                        Long.toString(mountProcess.pid()),
                        "--user",
                        "--mount",
                        "--preserve-credentials",
                        "unshare",
                        "--user")));
    }

    /** Fills all free space. */
    public void fillSpace() {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (OutputStream ballast =
                Files.newOutputStream(ballast(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (directory.toFile().getUsableSpace() > 0) {
                ballast.write(chunk);
            }
        } catch (FileSystemException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            LOG.debug("Another writer took the last free space", e);
        }
    }

    /** Frees the space that {@link #fillSpace} took. */
    public void freeSpace() {
        try {
            Files.deleteIfExists(ballast());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path ballast() {
        return directory.resolve("ballast");
    }

    @Override
    public void close() {
        mountProcess.destroy();
        try {
            if (!mountProcess.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                mountProcess.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
