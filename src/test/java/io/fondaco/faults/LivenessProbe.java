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

/** Asks a pod whether it lives, again and again and as patiently as the orchestrator that would start it anew. */
final class LivenessProbe implements AutoCloseable {
    private static final long EVERY_MILLIS = 200;

    /** {@code probes.liveness.timeoutSeconds} of the chart. */
    private static final Duration PATIENCE = TestTiming.scaled(Duration.ofSeconds(5));

    private final HttpRequest request;
    private final Collection<String> failures = new ConcurrentLinkedQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread;

    LivenessProbe(PackagedApp pod) {
        request = HttpRequest.newBuilder(pod.base().resolve("/q/health/live"))
                .timeout(PATIENCE)
                .build();
        thread = Thread.ofVirtual().name("pulse").start(this::probeUntilStopped);
    }

    private void probeUntilStopped() {
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            do {
                try {
                    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                    if (answer.statusCode() != 200) {
                        failures.add(answer.body());
                    }
                } catch (IOException e) {
                    failures.add(e.toString());
                }
            } while (!over.await(EVERY_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** What it said, or why it said nothing, when it should have said that it lives. */
    Collection<String> failures() {
        return failures;
    }

    @Override
    public void close() throws InterruptedException {
        over.countDown();
        thread.join();
    }
}
