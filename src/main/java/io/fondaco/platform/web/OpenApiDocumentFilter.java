package io.fondaco.platform.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.ApiConventions;
import io.fondaco.platform.database.ReadsFrom;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.examples.Example;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jspecify.annotations.Nullable;

/**
 * Adds to the OpenAPI document what applies to every operation, so that no resource has to repeat it: common errors,
 * the API key of the admin API, servers, the {@code Request-Id}, and the examples of {@code openapi-examples.json},
 * which are recorded responses of the application. {@link OpenApiSchemas} completes its schemas. The security schemes
 * of all operations are declared by the modules that check them.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class OpenApiDocumentFilter implements OASFilter {
    private static final String CONSISTENCY = "Fondaco-Consistency";
    private static final DotName OPERATION =
            DotName.createSimple("org.eclipse.microprofile.openapi.annotations.Operation");
    private static final DotName READS_FROM = DotName.createSimple(ReadsFrom.class);
    private static final String REPLAYED_RESPONSE =
            "returns the stored response of the first request, with `Idempotent-Replayed: true`. ";
    private static final String CURRENT_RESPONSE =
            "has no second effect and returns the current state of the resource, with `Idempotent-Replayed: true`. "
                    + "More than 1000 keys in 24 hours: 429 too_many_idempotency_keys. ";
    private static final DotName IDEMPOTENT = DotName.createSimple("io.fondaco.platform.idempotency.Idempotent");
    private static final String EXAMPLES = "openapi-examples.json";
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";
    private static final String PROBLEM_SCHEMA = "#/components/schemas/Problem";
    private static final String VIOLATION_SCHEMA = "#/components/schemas/Violation";
    private static final Map<String, String> COMMON_PROBLEMS = sorted(Map.of(
            "400", "Malformed: the request cannot be read, or names a parameter, filter or sort that does not exist.",
            "500", "Internal error; it is logged under the trace_id.",
            "503", "The database is unavailable or the server is overloaded: retry after Retry-After seconds."));
    private static final Map<String, String> BODY_PROBLEMS = sorted(Map.of(
            "413", "The body is larger than this endpoint accepts.",
            "415", "This endpoint does not accept the content type of the body.",
            "422", "Well-formed, but it violates a rule; `errors` names the fields."));

    private final IndexView index;

    /** @param index the application's classes, to read their annotations */
    public OpenApiDocumentFilter(IndexView index) {
        this.index = index;
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        addProblemSchema(document);
        addServers(document);
        if (document.getPaths() == null) {
            return;
        }
        JsonNode examples = readExamples();
        document.getPaths().getPathItems().forEach((path, item) -> {
            for (Map.Entry<PathItem.HttpMethod, Operation> entry :
                    item.getOperations().entrySet()) {
                completeOperation(path, entry.getKey(), entry.getValue());
                Operation operation = entry.getValue();
                if (operation.getOperationId() != null) {
                    addExamples(operation, examples.path(operation.getOperationId()));
                }
            }
        });
        OpenApiSchemas.complete(document, index);
    }

    private static void addServers(OpenAPI document) {
        document.addServer(OASFactory.createServer().url("/").description("The shop that serves this document."))
                .addServer(OASFactory.createServer()
                        .url("http://localhost:8080")
                        .description("A shop on your own machine."));
    }

    private static void addProblemSchema(OpenAPI document) {
        if (document.getComponents() == null) {
            document.setComponents(OASFactory.createComponents());
        }
        document.getComponents().addSchema("Problem", problemSchema());
    }

    private static Schema problemSchema() {
        Schema error = OASFactory.createSchema().ref(VIOLATION_SCHEMA);
        return object(Map.of(
                        "type", text("urn:fondaco:problem:<code>"),
                        "title", text("The HTTP status as text."),
                        "status", OASFactory.createSchema().type(List.of(Schema.SchemaType.INTEGER)),
                        "code", text("Stable, for programs: out_of_stock, cart_completed, …"),
                        "detail", text("For people: what is wrong and what to do."),
                        "trace_id", text("The Request-Id; quote it to support."),
                        "errors",
                                OASFactory.createSchema()
                                        .type(List.of(Schema.SchemaType.ARRAY))
                                        .items(error)))
                .description("RFC 9457 problem details; additional members depend on the code.");
    }

    private static Schema object(Map<String, Schema> properties) {
        return OASFactory.createSchema().type(List.of(Schema.SchemaType.OBJECT)).properties(sorted(properties));
    }

    /** The document is compared with the committed one, so its order must not depend on hash codes. */
    private static <T> Map<String, T> sorted(Map<String, T> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    private static Schema text(String description) {
        return OASFactory.createSchema().type(List.of(Schema.SchemaType.STRING)).description(description);
    }

    private void completeOperation(String path, PathItem.HttpMethod method, Operation operation) {
        COMMON_PROBLEMS.forEach((status, description) -> addProblem(operation, status, description));
        if (path.contains("{")) {
            addProblem(operation, "404", "The resource does not exist, or the caller has no access to it.");
        }
        if (operation.getRequestBody() != null) {
            BODY_PROBLEMS.forEach((status, description) -> addProblem(operation, status, description));
        }
        if (ApiConventions.isAdmin(path)) {
            addProblem(operation, "401", "No valid API key was sent.");
            addProblem(operation, "403", "The API key does not have the scope that this operation requires.");
            if (!requiresToken(operation)) {
                operation.addSecurityRequirement(
                        OASFactory.createSecurityRequirement().addScheme(ApiConventions.ADMIN_SECURITY_SCHEME));
            }
        } else if (requiresToken(operation)) {
            addProblem(operation, "401", "No token was sent.");
        }
        operation
                .getResponses()
                .getAPIResponses()
                .values()
                .forEach(response -> response.addHeader("Request-Id", requestId()));
        boolean reads = method == PathItem.HttpMethod.GET || method == PathItem.HttpMethod.HEAD;
        String route = route(operation.getOperationId(), reads);
        operation.addExtension("x-fondaco-route", route);
        addConsistency(operation, reads, !route.equals("primary"));
        findResourceMethod(operation.getOperationId())
                .map(declaring -> declaring.annotation(IDEMPOTENT))
                .ifPresent(declared -> addIdempotency(
                        operation,
                        declared.valueWithDefault(index, "required").asBoolean(),
                        declared.value("replayedBy") == null ? REPLAYED_RESPONSE : CURRENT_RESPONSE));
    }

    private static void addIdempotency(Operation operation, boolean required, String effectOfRepetition) {
        operation.addParameter(OASFactory.createParameter()
                .name("Idempotency-Key")
                .in(Parameter.In.HEADER)
                .required(required)
                .description(
                        "A unique value that the client chooses for each new action. A repetition with the same value "
                                + "within 24 hours "
                                + effectOfRepetition
                                + "The same value with another body: 422 idempotency_key_reused.")
                .schema(OASFactory.createSchema().type(List.of(Schema.SchemaType.STRING))));
    }

    /**
     * As {@code platform.database} decides it: the method's annotation, for reads that of the class, otherwise by HTTP
     * method.
     */
    private String route(@Nullable String operationId, boolean reads) {
        return findResourceMethod(operationId)
                .map(method -> {
                    AnnotationInstance declared = method.annotation(READS_FROM);
                    return declared == null && reads
                            ? method.declaringClass().declaredAnnotation(READS_FROM)
                            : declared;
                })
                .map(declared ->
                        declared.value().asEnum().toLowerCase(Locale.ROOT).replace('_', '-'))
                .orElse(reads ? "replica" : "primary");
    }

    /** The resource method of an operation. */
    private Optional<MethodInfo> findResourceMethod(@Nullable String operationId) {
        return index.getAnnotations(OPERATION).stream()
                .filter(described -> described.target().kind() == AnnotationTarget.Kind.METHOD)
                .filter(described -> described
                        .valueWithDefault(index, "operationId")
                        .asString()
                        .equals(operationId))
                .findFirst()
                .map(described -> described.target().asMethod());
    }

    private static void addConsistency(Operation operation, boolean reads, boolean fromReplica) {
        if (reads && !fromReplica) {
            return;
        }
        if (reads) {
            operation.addParameter(OASFactory.createParameter()
                    .name(CONSISTENCY)
                    .in(Parameter.In.HEADER)
                    .description("The token of your last write or read: the response is then no older than that. "
                            + "Send `start` to get a first token.")
                    .schema(OASFactory.createSchema().type(List.of(Schema.SchemaType.STRING))));
        }
        String description = reads
                ? "Only if the request had a token: the token to send with the next request."
                : "Send it with reads that must see this change. Of two tokens, keep the one that sorts later.";
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            if (status.startsWith("2")) {
                response.addHeader(
                        CONSISTENCY,
                        OASFactory.createHeader().description(description).schema(text("Opaque, signed.")));
            }
        });
    }

    private static boolean requiresToken(Operation operation) {
        return operation.getSecurity() != null && !operation.getSecurity().isEmpty();
    }

    private static Header requestId() {
        return OASFactory.createHeader()
                .description("The id of this request in logs; yours if you sent one.")
                .schema(text("8 to 64 characters"));
    }

    private static void addProblem(Operation operation, String status, String description) {
        APIResponse response = operation.getResponses().getAPIResponse(status);
        Content content = OASFactory.createContent()
                .addMediaType(
                        PROBLEM,
                        OASFactory.createMediaType()
                                .schema(OASFactory.createSchema().ref(PROBLEM_SCHEMA)));
        if (response == null) {
            operation
                    .getResponses()
                    .addAPIResponse(
                            status,
                            OASFactory.createAPIResponse()
                                    .description(description)
                                    .content(content));
        } else if (response.getContent() == null) {
            response.setContent(content);
        }
    }

    private static void addExamples(Operation operation, JsonNode examples) {
        if (examples.has("request") && operation.getRequestBody() != null) {
            addExample(operation.getRequestBody().getContent(), examples.get("request"));
        }
        examples.path("responses").properties().forEach(entry -> {
            APIResponse response = operation.getResponses().getAPIResponse(entry.getKey());
            if (response != null) {
                addExample(response.getContent(), entry.getValue());
            }
        });
    }

    private static void addExample(Content content, JsonNode value) {
        if (content == null) {
            return;
        }
        Example example = OASFactory.createExample().value(new ObjectMapper().convertValue(value, Object.class));
        content.getMediaTypes().forEach((type, media) -> {
            if (type.equals(JSON) || type.equals(PROBLEM) || value.isTextual() || type.equals("*/*")) {
                add(media, example);
            }
        });
    }

    private static void add(MediaType media, Example example) {
        media.addExample("example", example);
    }

    private static JsonNode readExamples() {
        try (InputStream stream = Thread.currentThread().getContextClassLoader().getResourceAsStream(EXAMPLES)) {
            return stream == null ? new ObjectMapper().createObjectNode() : new ObjectMapper().readTree(stream);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + EXAMPLES, e);
        }
    }
}
