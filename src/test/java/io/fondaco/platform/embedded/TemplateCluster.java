package io.fondaco.platform.embedded;

import java.nio.file.Path;

/** The application's own embedded cluster, started on a copy of the template instead of from nothing. */
public final class TemplateCluster {
    private TemplateCluster() {}

    /** @param directory an empty one */
    public static EmbeddedCluster start(Path directory) {
        PostgresTemplate.migrated().copyCluster(directory);
        return EmbeddedCluster.start(directory);
    }
}
