package io.fondaco.replay;

import io.fondaco.process.PackagedApp;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** A packaged application that is killed with -9 when a condition is met, and restarted on the same port. */
final class KillableApp implements AutoCloseable {
    private static final Duration KILL_CONDITION_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    private final Map<String, String> environment;
    private final AtomicInteger kills = new AtomicInteger();
    private volatile PackagedApp app;

    KillableApp(Map<String, String> environment) {
        this.environment = environment;
        this.app = PackagedApp.start("replay-killed", environment);
    }

    URI base() {
        return app.base();
    }

    int kills() {
        return kills.get();
    }

    void killWhen(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(KILL_CONDITION_TIMEOUT)
                .pollInterval(POLL_INTERVAL)
                .until(condition);
        app.kill();
        kills.incrementAndGet();
        app = app.restart("replay-killed", environment);
    }

    @Override
    public void close() {
        app.close();
    }
}
