package io.fondaco.importing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports a file far larger than the heap that processes it: 200 MB into a JVM with a heap of 160 MB. */
class LargeImportIT {
    private static final Logger LOG = Logger.getLogger(LargeImportIT.class);
    private static final int PRODUCTS = 10_000;
    private static final int DESCRIPTION_LENGTH = 20_000;
    private static final String HEADER = "slug,title,description,status,sku,price_EUR\n";

    @TempDir
    private Path data;

    @Test
    void fileOf200MegabytesIsImportedWithAHeapOf160Megabytes() throws Exception {
        Map<String, String> environment =
                Map.of("FONDACO_DATA_DIR", data.toString(), "FONDACO_DEMO_SHOP", "false", "HEAP", "160m");
        try (PackagedApp app = PackagedApp.start("large-import", environment);
                ShopClient shop = new ShopClient(app.base(), PackagedApp.ADMIN_KEY);
                HttpClient http = HttpClient.newHttpClient()) {
            long start = System.nanoTime();
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(app.base().resolve("/admin/v1/imports?kind=products&format=fondaco"))
                            .header("Authorization", "Bearer " + PackagedApp.ADMIN_KEY)
                            .header("Content-Type", "text/csv")
                            .POST(HttpRequest.BodyPublishers.ofInputStream(LargeImportIT::generateFile))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
            JsonNode done = shop.awaitImport(
                    new ObjectMapper().readTree(response.body()).get("id").asText());
            assertThat(done.get("status").asText()).as(done.toString()).isEqualTo("done");
            assertThat(done.get("rows").get("created").asInt()).isEqualTo(PRODUCTS);
            LOG.infof(
                    "200 MB, %d products in %d ms; peak resident memory of the application: %s",
                    PRODUCTS, (System.nanoTime() - start) / 1_000_000, peakResidentMemory(app.pid()));
        }
    }

    private static InputStream generateFile() {
        String filler = "Words about a thing that is for sale. ".repeat(DESCRIPTION_LENGTH / 38);
        Iterator<InputStream> rows = Stream.concat(
                        Stream.of(HEADER),
                        IntStream.range(0, PRODUCTS).mapToObj(n -> "large-%d,Large %d,<p>%s</p>,active,LARGE-%d,9.99\n"
                                .formatted(n, n, filler, n)))
                .<InputStream>map(row -> new ByteArrayInputStream(row.getBytes(StandardCharsets.UTF_8)))
                .iterator();
        Enumeration<InputStream> streams = new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return rows.hasNext();
            }

            @Override
            public InputStream nextElement() {
                return rows.next();
            }
        };
        return new SequenceInputStream(streams);
    }

    private static String peakResidentMemory(long pid) throws IOException {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        return Files.exists(status)
                ? Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmHWM"))
                        .findFirst()
                        .orElse("unknown")
                : "unknown";
    }
}
