package io.fondaco.replay;

import io.fondaco.process.PackagedApp;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** A packaged application that is killed with -9 on given occasions and started again on the same port. */
final class KillableShop implements AutoCloseable {
    private static final Duration OCCASION_LIMIT = Duration.ofMinutes(5);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private final Map<String, String> environment;
    private final AtomicInteger kills = new AtomicInteger();
    private volatile PackagedApp app;

    KillableShop(Map<String, String> environment) {
        this.environment = environment;
        this.app = PackagedApp.start("replay-killed", environment);
    }

    URI base() {
        return app.base();
    }

    int kills() {
        return kills.get();
    }

    void killWhen(Callable<Boolean> occasion) {
        Awaitility.await().atMost(OCCASION_LIMIT).pollInterval(LOOK_EVERY).until(occasion);
        app.kill();
        kills.incrementAndGet();
        app = app.startAgain("replay-killed", environment);
    }

    @Override
    public void close() {
        app.close();
    }
}
