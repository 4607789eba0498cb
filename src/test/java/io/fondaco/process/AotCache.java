package io.fondaco.process;

import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/**
 * What a JVM keeps of starting the packaged application, so that the many that tests start take half as long. Trained by one that
 * runs with its own database and sells a little, when there is none that is as young as the jar.
 */
final class AotCache {
    private static final Path FILE = Path.of("target", "fondaco.aot").toAbsolutePath();
    private static final int ORDERS = 20;
    private static final Duration WRITING = Duration.ofMinutes(3);

    private AotCache() {}

    static synchronized Path file() {
        try {
            if (!Files.exists(FILE)
                    || Files.getLastModifiedTime(FILE).compareTo(Files.getLastModifiedTime(PackagedApp.JAR)) < 0) {
                train();
            }
            return FILE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void train() throws IOException, InterruptedException {
        Map<String, String> environment = Map.of(
                "FONDACO_DATA_DIR",
                FILE.resolveSibling("training-" + UUID.randomUUID()).toString());
        PackagedApp app = PackagedApp.train(FILE, "training", environment);
        try (app;
                ShopClient shop = new ShopClient(app.base(), PackagedApp.ADMIN_KEY)) {
            app.awaitReady();
            LaptopIT.awaitDemoShop(shop);
            for (int order = 0; order < ORDERS; order++) {
                LaptopIT.buySomething(shop);
            }
            app.terminate();
            app.awaitExit(WRITING);
        }
    }
}
