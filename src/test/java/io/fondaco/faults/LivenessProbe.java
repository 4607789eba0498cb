package io.fondaco.faults;

import io.fondaco.process.PackagedApp;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sends liveness probes to a pod every 200 ms, with the chart's timeout. */
final class LivenessProbe implements AutoCloseable {
    private static final long INTERVAL_MILLIS = 200;

    /** {@code probes.liveness.timeoutSeconds} of the chart. */
    private static final Duration PROBE_TIMEOUT = TestTiming.scaled(Duration.ofSeconds(5));

    private final HttpRequest request;
    private final Collection<String> failures = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    LivenessProbe(PackagedApp pod) {
        request = HttpRequest.newBuilder(pod.base().resolve("/q/health/live"))
                .timeout(PROBE_TIMEOUT)
                .build();
        thread = Thread.ofVirtual().name("liveness-probe").start(this::probeUntilStopped);
    }

    private void probeUntilStopped() {
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(PROBE_TIMEOUT).build()) {
            do {
                try {
                    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
                    if (response.statusCode() != 200) {
                        failures.add(response.body());
                    }
                } catch (IOException e) {
                    failures.add(e.toString());
                }
            } while (!stopped.await(INTERVAL_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The response body or the exception of each failed probe. */
    Collection<String> failures() {
        return failures;
    }

    @Override
    public void close() throws InterruptedException {
        stopped.countDown();
        thread.join();
    }
}
