package io.fondaco.platform.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/**
 * The cluster's roles and their random passwords, in one file per role that only the owner of the directory may read.
 */
final class ClusterCredentials {
    static final String SUPERUSER = "postgres";
    static final String OWNER = "fondaco";
    static final String READER = "fondaco_reader";
    static final String REPLICATOR = "fondaco_replicator";

    private static final int PASSWORD_BYTES = 24;

    private final Path directory;

    ClusterCredentials(Path directory) {
        this.directory = directory;
    }

    /** Creates the missing passwords. Existing ones are kept, because an interrupted first start may have used them. */
    void create() {
        SecureRandom random = new SecureRandom();
        try {
            Files.createDirectories(directory);
            for (String role : List.of(SUPERUSER, OWNER, READER, REPLICATOR)) {
                if (Files.notExists(fileOf(role))) {
                    byte[] password = new byte[PASSWORD_BYTES];
                    random.nextBytes(password);
                    DurableFile.write(
                            fileOf(role),
                            Base64.getUrlEncoder().withoutPadding().encodeToString(password));
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("Cannot store the passwords of the database in " + directory, e);
        }
    }

    Path fileOf(String role) {
        return directory.resolve(role);
    }

    String passwordOf(String role) {
        try {
            return Files.readString(fileOf(role)).strip();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Cannot read the password of role " + role + " from " + fileOf(role) + "; restore that file", e);
        }
    }
}
