package io.fondaco.platform.embedded;

import java.nio.file.Path;

/** Starts the application's embedded cluster on a copy of the template instead of an empty directory. */
public final class TemplateCluster {
    private TemplateCluster() {}

    /** @param directory an empty directory */
    public static EmbeddedCluster start(Path directory) {
        PostgresTemplate.migrated().copyCluster(directory);
        return EmbeddedCluster.start(directory);
    }
}
