package io.fondaco;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.quarkus.test.junit.callback.QuarkusTestBeforeClassCallback;
import io.restassured.RestAssured;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fails every HTTP test in which an accepted request or a success response does not conform to {@code
 * docs/openapi.yaml}. Service loading installs it before each class with {@code @QuarkusTest}.
 */
public final class OpenApiValidationFilter implements Filter, QuarkusTestBeforeClassCallback {
    private static final Path DOCUMENT = Path.of("docs", "openapi.yaml");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte GZIP = 0x1f;
    private static final int MAX_REPORTED_LENGTH = 2_000;

    @Override
    public void beforeClass(Class<?> testClass) {
        if (RestAssured.filters().stream().noneMatch(OpenApiValidationFilter.class::isInstance)) {
            RestAssured.filters(this);
        }
    }

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext context) {
        Response response = context.next(request, expected);
        String path = path(request.getURI());
        boolean succeeded = response.statusCode() / 100 == 2;
        if (succeeded && (path.startsWith("/store/v1/") || path.startsWith("/admin/v1/"))) {
            CommittedContract.CONTRACT
                    .findOperation(request.getMethod(), path)
                    .ifPresent(openApiOperation -> check(openApiOperation, request, response));
        }
        return response;
    }

    private static void check(
            OpenApiOperation openApiOperation, FilterableRequestSpecification request, Response response) {
        List<String> differences = new ArrayList<>();
        body(request)
                .filter(_ -> openApiOperation.definition().has("requestBody"))
                .ifPresent(body -> CommittedContract.CONTRACT
                        .validateRequest(openApiOperation, body)
                        .forEach(difference ->
                                differences.add("Accepted request: " + difference + ", in " + abbreviate(body))));
        byte[] responseBody = isJson(response.contentType()) ? response.asByteArray() : new byte[0];
        if (responseBody.length > 0 && !isCompressed(responseBody)) {
            JsonNode responseJson = read(responseBody);
            CommittedContract.CONTRACT
                    .validateResponse(openApiOperation, response.statusCode(), responseJson)
                    .forEach(difference ->
                            differences.add("Response: " + difference + ", in " + abbreviate(responseJson)));
        }
        if (!differences.isEmpty()) {
            throw new AssertionError("%s (%d) does not conform to %s:%n%s"
                    .formatted(
                            openApiOperation,
                            response.statusCode(),
                            DOCUMENT,
                            String.join(System.lineSeparator(), differences)));
        }
    }

    private static boolean isJson(@Nullable String contentType) {
        return contentType != null && contentType.startsWith("application/json");
    }

    /** Some tests request the compressed bytes. */
    private static boolean isCompressed(byte[] body) {
        return body[0] == GZIP;
    }

    private static Optional<JsonNode> body(FilterableRequestSpecification request) {
        if (!isJson(request.getContentType())) {
            return Optional.empty();
        }
        Object body = request.getBody();
        return switch (body) {
            case String text when !text.isEmpty() -> Optional.of(read(text.getBytes(StandardCharsets.UTF_8)));
            case byte[] bytes when bytes.length > 0 -> Optional.of(read(bytes));
            case null, default -> Optional.empty();
        };
    }

    private static JsonNode read(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String abbreviate(JsonNode json) {
        String text = json.toString();
        return text.length() <= MAX_REPORTED_LENGTH ? text : text.substring(0, MAX_REPORTED_LENGTH) + "…";
    }

    /** The path of an absolute URI; tests send some that {@link java.net.URI} rejects. */
    private static String path(String uri) {
        int end = uri.indexOf('?') < 0 ? uri.length() : uri.indexOf('?');
        int start = uri.indexOf('/', uri.indexOf("://") + 3);
        return start < 0 || start > end ? "" : uri.substring(start, end);
    }

    /** Loaded when the first request needs it. */
    private static final class CommittedContract {
        private static final OpenApiContract CONTRACT = read();

        private static OpenApiContract read() {
            try {
                return new OpenApiContract(new ObjectMapper(new YAMLFactory()).readTree(DOCUMENT.toFile()));
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read " + DOCUMENT, e);
            }
        }
    }
}
