package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Clients that ask for the same without a pause, whatever they are told. */
final class Flood implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();
    private volatile boolean over;

    /** Begins at once. */
    Flood(int clients, Supplier<HttpRequest.Builder> request) {
        for (int i = 0; i < clients; i++) {
            threads.submit(() -> {
                while (!over) {
                    answers.merge(ask(request.get()), 1, Integer::sum);
                }
            });
        }
    }

    private String ask(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer =
                    http.send(request.timeout(LONGEST).build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 503 ? refusal(answer) : Integer.toString(answer.statusCode());
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** One that tells what it is and when to come again, or else the whole of it. */
    private static String refusal(HttpResponse<String> answer) {
        for (String code : new String[] {"overloaded", "database_slow", "database_unavailable"}) {
            if (answer.body().contains("\"code\":\"" + code + "\"")
                    && answer.headers().firstValueAsLong("Retry-After").isPresent()) {
                return "503 " + code;
            }
        }
        return "503 " + answer.body();
    }

    /** How often what was answered until now. */
    Map<String, Integer> answers() {
        return new TreeMap<>(answers);
    }

    int count(String answer) {
        return answers.getOrDefault(answer, 0);
    }

    /** Ends it, and waits for the last answers. */
    @Override
    public void close() {
        over = true;
        threads.shutdown();
        try {
            assertThat(threads.awaitTermination(2 * LONGEST.toSeconds(), TimeUnit.SECONDS))
                    .as("every request is answered or given up")
                    .isTrue();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
