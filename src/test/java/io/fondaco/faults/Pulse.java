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
final class Pulse implements AutoCloseable {
    private static final long EVERY_MILLIS = 200;

    /** {@code probes.liveness.timeoutSeconds} of the chart. */
    private static final Duration PATIENCE = Pace.within(Duration.ofSeconds(5));

    private final HttpRequest question;
    private final Collection<String> missed = new ConcurrentLinkedQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread;

    Pulse(PackagedApp pod) {
        question = HttpRequest.newBuilder(pod.base().resolve("/q/health/live"))
                .timeout(PATIENCE)
                .build();
        thread = Thread.ofVirtual().name("pulse").start(this::ask);
    }

    private void ask() {
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            do {
                try {
                    HttpResponse<String> answer = http.send(question, HttpResponse.BodyHandlers.ofString());
                    if (answer.statusCode() != 200) {
                        missed.add(answer.body());
                    }
                } catch (IOException e) {
                    missed.add(e.toString());
                }
            } while (!over.await(EVERY_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** What it said, or why it said nothing, when it should have said that it lives. */
    Collection<String> missed() {
        return missed;
    }

    @Override
    public void close() throws InterruptedException {
        over.countDown();
        thread.join();
    }
}
