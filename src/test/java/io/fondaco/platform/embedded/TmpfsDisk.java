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
 * A disk that can be filled: a file system in memory, mounted in a user and mount namespace of its own, so that no rights are
 * needed and nothing is left behind. Servers on it are started within. From outside the same path is a link to there.
 */
public final class TmpfsDisk implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TmpfsDisk.class);
    private static final String MOUNTED = "mounted";
    private static final long END_SECONDS = 10;
    private static final int PIECE_BYTES = 4096;

    private final Process mountProcess;
    private final Path directory;

    private TmpfsDisk(Process keeper, Path directory) {
        this.mountProcess = keeper;
        this.directory = directory;
    }

    /**
     * @param parent a directory in which {@code disk} is made
     * @return empty where this system does not let us
     */
    public static Optional<TmpfsDisk> mount(Path parent, int megabytes) {
        try {
            Path mount = Files.createDirectory(parent.resolve("disk")).toAbsolutePath();
            // Lives as long as it can read from us.
            Process keeper = new ProcessBuilder(
                            "unshare",
                            "--user",
                            "--map-root-user",
                            "--mount",
                            "sh",
                            "-c",
                            "mount -t tmpfs -o size=%dm,mode=700 small \"$0\" && mkdir \"$0/data\" && echo %s && exec cat"
                                    .formatted(megabytes, MOUNTED),
                            mount.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = firstLine(keeper);
            if (!said.equals(MOUNTED)) {
                keeper.destroyForcibly();
                LOG.warn("No disk of its own: " + said);
                return Optional.empty();
            }
            Path data = mount.resolve("data");
            Files.createSymbolicLink(data, Path.of("/proc/%d/root%s".formatted(keeper.pid(), data)));
            return Optional.of(new TmpfsDisk(keeper, data));
        } catch (IOException e) {
            LOG.warn("No disk of its own", e);
            return Optional.empty();
        }
    }

    private static String firstLine(Process process) throws IOException {
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        String line = said.readLine();
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

    /** Takes all the room that is left. */
    public void fillSpace() {
        byte[] piece = new byte[PIECE_BYTES];
        try (OutputStream ballast =
                Files.newOutputStream(ballast(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (directory.toFile().getUsableSpace() > 0) {
                ballast.write(piece);
            }
        } catch (FileSystemException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            LOG.debug("Somebody else took the last of it", e);
        }
    }

    /** Gives it back. */
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
