package io.fondaco.taxservice;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.remote.RemoteAnswers;
import io.fondaco.platform.web.Json;
import io.fondaco.tax.SaleTaxation.TaxableLine;
import io.fondaco.tax.TaxLine;
import io.fondaco.tax.TaxProvider;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A tax service that answers {@code POST} requests in the format of docs/taxes.md. Only a complete 200 response within
 * the time limit is an answer; redirects are not followed. Its failures name no text of the response, which the service
 * controls, and not the token.
 *
 * <p>It is created when the application starts, so that wrong settings are found then.
 */
@Startup
@ApplicationScoped
class HttpTaxProvider implements TaxProvider {
    /** The maximum size of a response, besides {@link #MAX_RESPONSE_BYTES_PER_LINE}. */
    static final int MAX_RESPONSE_BYTES = 256 << 10;

    /** For carts with thousands of lines; a tax line has less than 100 bytes. */
    static final int MAX_RESPONSE_BYTES_PER_LINE = 512;

    private static final int OK = 200;
    private static final Pattern HEADER_TEXT = Pattern.compile("[\\x21-\\x7e]+");

    private final TaxServiceSettings settings;
    private final ObjectMapper mapper;
    private final ObjectReader answerReader;
    private final Duration timeLimit;
    private final Optional<URI> url;
    private final Optional<HttpClient> client;

    @Inject
    HttpTaxProvider(TaxServiceSettings settings, ObjectMapper mapper) {
        this(settings, mapper, RemoteAnswers.TIME_LIMIT);
    }

    HttpTaxProvider(TaxServiceSettings settings, ObjectMapper mapper, Duration timeLimit) {
        this.settings = settings;
        this.mapper = mapper;
        this.answerReader =
                mapper.readerFor(AnswerJson.class).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        this.timeLimit = timeLimit;
        this.url = settings.url().map(HttpTaxProvider::parseUrl);
        this.client = url.map(_ -> HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeLimit)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build());
        if (settings.token()
                .filter(token -> !HEADER_TEXT.matcher(token).matches())
                .isPresent()) {
            throw new IllegalArgumentException("fondaco.tax.provider.token has characters that no token has");
        }
    }

    private static URI parseUrl(String text) {
        try {
            URI parsed = URI.create(text);
            if (("https".equals(parsed.getScheme()) || "http".equals(parsed.getScheme()))
                    && parsed.getHost() != null
                    && parsed.getUserInfo() == null) {
                return parsed;
            }
        } catch (IllegalArgumentException _) {
            // Reported below, without the text, which may contain a secret.
        }
        throw new IllegalArgumentException(
                "fondaco.tax.provider.url is not a URL of the form https://host/path, without user and password");
    }

    @PreDestroy
    void stop() {
        client.ifPresent(HttpClient::shutdownNow);
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public boolean enabled() {
        return url.isPresent();
    }

    @Override
    public Fallback fallback() {
        return settings.fallback();
    }

    @Override
    public ZoneId timeZone() {
        return settings.timeZone();
    }

    @Override
    public TaxAnswer calculate(TaxRequest request) {
        HttpRequest.Builder post = HttpRequest.newBuilder(url.orElseThrow())
                .timeout(timeLimit)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        Json.write(mapper, RequestJson.of(request)), StandardCharsets.UTF_8));
        settings.token().ifPresent(token -> post.header("Authorization", "Bearer " + token));
        long maxBytes = MAX_RESPONSE_BYTES
                + (long) MAX_RESPONSE_BYTES_PER_LINE * request.lines().size();
        HttpResponse<byte[]> response = send(post.build(), maxBytes);
        if (response.statusCode() != OK) {
            throw new IllegalStateException("The tax service answered with status " + response.statusCode());
        }
        return read(response.body()).toAnswer(request.currency());
    }

    /** The time limit of a request ends with its headers, so the complete response has one of its own. */
    private HttpResponse<byte[]> send(HttpRequest request, long maxBytes) {
        CompletableFuture<HttpResponse<byte[]>> response =
                client.orElseThrow().sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), maxBytes));
        try {
            return response.get(timeLimit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "No complete response of the tax service within %d ms".formatted(timeLimit.toMillis()), e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(
                    "The request to the tax service failed: " + cause.getClass().getSimpleName(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The request to the tax service was interrupted", e);
        } finally {
            response.cancel(true);
        }
    }

    private AnswerJson read(byte[] body) {
        try {
            AnswerJson answer = answerReader.readValue(body);
            return required(answer, "content");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "The response of the tax service is not the documented JSON" + position(e.getLocation()), e);
        } catch (IOException e) {
            throw new IllegalStateException("The response of the tax service cannot be read", e);
        }
    }

    private static String position(@Nullable JsonLocation location) {
        return location == null ? "" : ", at " + location.offsetDescription();
    }

    /** The body of a request. Amounts are minor units of {@code currency}. */
    record RequestJson(
            String currency,
            String date,
            PlaceJson destination,
            @Nullable String taxId,
            List<LineJson> lines,
            @Nullable LineJson shipping) {
        static RequestJson of(TaxRequest request) {
            return new RequestJson(
                    request.currency(),
                    request.date().toString(),
                    new PlaceJson(
                            request.destination().country(),
                            request.destination().region().orElse(null),
                            request.destination().postalCode()),
                    request.taxId().orElse(null),
                    request.lines().stream().map(LineJson::of).toList(),
                    request.shipping().map(LineJson::of).orElse(null));
        }
    }

    record PlaceJson(String country, @Nullable String region, String postalCode) {}

    record LineJson(String category, long amount, boolean includesTax) {
        static LineJson of(TaxableLine line) {
            return new LineJson(line.category(), line.amount().amount(), line.includesTax());
        }
    }

    /** The body of a response. Amounts are minor units of {@code currency}. */
    record AnswerJson(
            @Nullable String currency,
            @Nullable Long tax,
            @Nullable List<TaxedJson> lines,
            @Nullable TaxedJson shipping) {
        TaxAnswer toAnswer(String requestedCurrency) {
            if (!requestedCurrency.equals(currency)) {
                throw new IllegalStateException("The tax service did not answer in " + requestedCurrency);
            }
            return new TaxAnswer(
                    required(lines, "lines").stream()
                            .map(line -> toTaxLines(line, requestedCurrency))
                            .toList(),
                    shipping == null ? List.of() : toTaxLines(shipping, requestedCurrency),
                    Money.of(required(tax, "tax"), requestedCurrency));
        }

        private static List<TaxLine> toTaxLines(@Nullable TaxedJson taxed, String currency) {
            return required(required(taxed, "lines").taxLines(), "tax_lines").stream()
                    .map(tax -> required(tax, "tax_lines").toTaxLine(currency))
                    .toList();
        }
    }

    record TaxedJson(@Nullable List<TaxJson> taxLines) {}

    record TaxJson(
            @Nullable String name,
            @Nullable String rate,
            @Nullable Long taxable,
            @Nullable Long amount) {
        TaxLine toTaxLine(String currency) {
            return new TaxLine(
                    required(name, "name"),
                    required(rate, "rate"),
                    Money.of(required(taxable, "taxable"), currency),
                    Money.of(required(amount, "amount"), currency));
        }
    }

    private static <T> T required(@Nullable T value, String member) {
        if (value == null) {
            throw new IllegalStateException("The response of the tax service has no " + member);
        }
        return value;
    }
}
