package io.fondaco.taxservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.SaleTaxation.TaxableLine;
import io.fondaco.tax.TaxLine;
import io.fondaco.tax.TaxProvider.Fallback;
import io.fondaco.tax.TaxProvider.TaxAnswer;
import io.fondaco.tax.TaxProvider.TaxRequest;
import io.fondaco.tax.Taxes.TaxPlace;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent to a tax service, and which of its responses are answers. */
@Timeout(60)
class HttpTaxProviderTest {
    private static final String TOKEN = "secret-token";
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(500);

    private static final String ANSWER = """
            {"currency": "USD", "tax": 201, "note": "of a later version",
             "lines": [{"tax_lines": [{"name": "State tax", "rate": "0.0625", "taxable": 2500, "amount": 156},
                                      {"name": "City tax", "rate": "0.0125", "taxable": 2500, "amount": 31}]},
                       {"tax_lines": []}],
             "shipping": {"tax_lines": [{"name": "City tax", "rate": "0.0125", "taxable": 500, "amount": 14}]}}
            """;

    private static final TaxRequest REQUEST = new TaxRequest(
            "USD",
            LocalDate.of(2026, 10, 19),
            new TaxPlace("US", Optional.of("IL"), "60601"),
            Optional.empty(),
            List.of(
                    new TaxableLine("standard", dollars(2_500), false),
                    new TaxableLine("clothing", dollars(1_999), false)),
            Optional.of(new TaxableLine("standard", dollars(500), true)));

    private final ObjectMapper mapper =
            new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;
    private int port;

    private record Settings(Optional<String> url, Optional<String> token, Fallback fallback, ZoneId timeZone)
            implements TaxServiceSettings {}

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        port = server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void requestAndResponseHaveTheDocumentedFormat() throws IOException {
        AtomicReference<String> body = new AtomicReference<>();
        AtomicReference<String> headers = new AtomicReference<>();
        serve(exchange -> {
            body.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            headers.set(exchange.getRequestMethod()
                    + " "
                    + exchange.getRequestHeaders().getFirst("Content-Type")
                    + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            respond(exchange, 200, ANSWER);
        });
        TaxAnswer answer = provider(LONG).calculate(REQUEST);
        assertThat(headers).hasValue("POST application/json Bearer " + TOKEN);
        assertThat(mapper.readTree(body.get())).isEqualTo(mapper.readTree("""
                {"currency": "USD", "date": "2026-10-19",
                 "destination": {"country": "US", "region": "IL", "postal_code": "60601"},
                 "tax_id": null,
                 "lines": [{"category": "standard", "amount": 2500, "includes_tax": false},
                           {"category": "clothing", "amount": 1999, "includes_tax": false}],
                 "shipping": {"category": "standard", "amount": 500, "includes_tax": true}}
                """));
        assertThat(answer)
                .isEqualTo(new TaxAnswer(
                        List.of(
                                List.of(tax("State tax", "0.0625", 2_500, 156), tax("City tax", "0.0125", 2_500, 31)),
                                List.of()),
                        List.of(tax("City tax", "0.0125", 500, 14)),
                        dollars(201)));
    }

    @Test
    void responseThatDoesNotBeginInTimeFails() {
        serve(_ -> awaitQuietly());
        assertFails(SHORT, "within 500 ms", "HttpTimeoutException");
    }

    @Test
    void responseThatDoesNotEndInTimeFails() {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            awaitQuietly();
        });
        assertFails(SHORT, "within 500 ms", "HttpTimeoutException");
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 204, 400, 401, 500, 503})
    void otherStatusFails(int status) {
        serve(exchange -> respond(exchange, status, status == 204 ? "" : ANSWER));
        assertFails(LONG, "status " + status);
    }

    @Test
    void redirectIsNotFollowed() {
        AtomicInteger followed = new AtomicInteger();
        server.createContext("/other", exchange -> {
            followed.incrementAndGet();
            respond(exchange, 200, ANSWER);
        });
        serve(exchange -> {
            exchange.getResponseHeaders().add("Location", "/other");
            respond(exchange, 307, "");
        });
        assertFails(LONG, "status 307");
        assertThat(followed).hasValue(0);
    }

    @Test
    void responseThatIsTooLargeFails() {
        int allowed = HttpTaxProvider.MAX_RESPONSE_BYTES + 2 * HttpTaxProvider.MAX_RESPONSE_BYTES_PER_LINE;
        serve(exchange -> respond(exchange, 200, ANSWER + " ".repeat(allowed - ANSWER.length())));
        assertThat(provider(LONG).calculate(REQUEST).tax()).isEqualTo(dollars(201));
        server.removeContext("/taxes");
        serve(exchange -> respond(exchange, 200, ANSWER + " ".repeat(allowed - ANSWER.length() + 1)));
        assertFails(LONG, "IOException");
    }

    @Test
    void serviceThatIsDownFails() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        assertFails(LONG, "ConnectException");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{}",
                "[]",
                "<html>INJECTED</html>",
                "{\"currency\": \"EUR\", \"tax\": 0, \"lines\": []}",
                "{\"currency\": \"USD\", \"lines\": []}",
                "{\"currency\": \"USD\", \"tax\": 0}",
                "{\"currency\": \"USD\", \"tax\": 0, \"lines\": [null]}",
                "{\"currency\": \"USD\", \"tax\": 0, \"lines\": [{}]}",
                "{\"currency\": \"USD\", \"tax\": \"INJECTED\", \"lines\": []}",
                "{\"currency\": \"USD\", \"tax\": 0, \"lines\": [{\"tax_lines\": [null]}]}",
                "{\"currency\": \"USD\", \"tax\": 0, \"lines\": [{\"tax_lines\": [{\"name\": \"INJECTED\"}]}]}",
            })
    void otherFormatFails(String body) {
        serve(exchange -> respond(exchange, 200, body));
        assertFails(LONG, "");
    }

    @Test
    void serviceIsEnabledByItsUrl() {
        assertThat(create(Optional.empty(), Optional.empty()).enabled()).isFalse();
        assertThat(create(Optional.of("https://tax.example.org/v1"), Optional.empty())
                        .enabled())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"tax.example.org", "ftp://tax.example.org", "https:///v1", "https://a:b@tax.example.org", "{"})
    void wrongUrlIsRefusedAtTheStart(String url) {
        assertThatThrownBy(() -> create(Optional.of(url), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fondaco.tax.provider.url")
                .hasNoCause();
    }

    @Test
    void tokenThatIsNoHeaderTextIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> create(Optional.of("https://tax.example.org"), Optional.of("top\nsecret")))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("secret");
    }

    /** @param reasons one of them is named; the message has neither the token nor text of the response */
    private void assertFails(Duration timeLimit, String... reasons) {
        HttpTaxProvider provider = provider(timeLimit);
        assertThatThrownBy(() -> provider.calculate(REQUEST))
                .isInstanceOf(IllegalStateException.class)
                .message()
                .containsAnyOf(reasons)
                .doesNotContain(TOKEN, "INJECTED");
    }

    private HttpTaxProvider provider(Duration timeLimit) {
        String url = "http://127.0.0.1:%d/taxes".formatted(port);
        return new HttpTaxProvider(settings(Optional.of(url), Optional.of(TOKEN)), mapper, timeLimit);
    }

    private HttpTaxProvider create(Optional<String> url, Optional<String> token) {
        return new HttpTaxProvider(settings(url, token), mapper);
    }

    private static Settings settings(Optional<String> url, Optional<String> token) {
        return new Settings(url, token, Fallback.BUILT_IN, ZoneOffset.UTC);
    }

    private void serve(HttpHandler handler) {
        server.createContext("/taxes", handler);
    }

    private void awaitQuietly() {
        try {
            end.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void respond(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream stream = exchange.getResponseBody()) {
            stream.write(body);
        }
    }

    private static TaxLine tax(String name, String rate, long taxable, long amount) {
        return new TaxLine(name, rate, dollars(taxable), dollars(amount));
    }

    private static Money dollars(long cents) {
        return Money.of(cents, "USD");
    }
}
