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
 * Fails every HTTP test whose request was accepted, or answered with success, in another form than
 * {@code docs/openapi.yaml} describes. Service loading installs it before each class with {@code @QuarkusTest}.
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
        List<String> faults = new ArrayList<>();
        body(request)
                .filter(_ -> openApiOperation.definition().has("requestBody"))
                .ifPresent(body -> CommittedContract.CONTRACT
                        .validateRequest(openApiOperation, body)
                        .forEach(fault -> faults.add("It accepted " + fault + ", in " + abbreviate(body))));
        byte[] answer = isJson(response.contentType()) ? response.asByteArray() : new byte[0];
        if (answer.length > 0 && !isCompressed(answer)) {
            JsonNode answered = read(answer);
            CommittedContract.CONTRACT
                    .validateResponse(openApiOperation, response.statusCode(), answered)
                    .forEach(fault -> faults.add("It answered " + fault + ", in " + abbreviate(answered)));
        }
        if (!faults.isEmpty()) {
            throw new AssertionError("%s (%d) is not as %s describes it:%n%s"
                    .formatted(
                            openApiOperation,
                            response.statusCode(),
                            DOCUMENT,
                            String.join(System.lineSeparator(), faults)));
        }
    }

    private static boolean isJson(@Nullable String contentType) {
        return contentType != null && contentType.startsWith("application/json");
    }

    /** Some tests ask for the bytes as they are sent. */
    private static boolean isCompressed(byte[] answer) {
        return answer[0] == GZIP;
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

    /** The path of an absolute URI; tests send some that {@link java.net.URI} refuses. */
    private static String path(String uri) {
        int end = uri.indexOf('?') < 0 ? uri.length() : uri.indexOf('?');
        int start = uri.indexOf('/', uri.indexOf("://") + 3);
        return start < 0 || start > end ? "" : uri.substring(start, end);
    }

    /** Read when the first request needs it. */
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
