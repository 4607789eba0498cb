package io.fondaco.webhook;

import io.fondaco.checkout.AdminApi;
import io.fondaco.platform.identity.TypeId;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Client of the admin API for webhooks. */
final class WebhookAdminClient {
    static final String PATH = "/admin/v1/webhooks";

    private static final String TOKEN = "Fondaco-Consistency";
    private static final AtomicReference<String> LATEST_TOKEN = new AtomicReference<>("");

    private WebhookAdminClient() {}

    /** A request with the latest consistency token: it reads its own writes, and reads never go back in time. */
    static RequestSpecification request() {
        return AdminApi.request().filter(WebhookAdminClient::withConsistencyToken);
    }

    static Response withConsistencyToken(
            FilterableRequestSpecification request, FilterableResponseSpecification responseSpec, FilterContext next) {
        if (!LATEST_TOKEN.get().isEmpty()) {
            request.header(TOKEN, LATEST_TOKEN.get());
        }
        Response response = next.next(request, responseSpec);
        Optional.ofNullable(response.header(TOKEN))
                .ifPresent(token -> LATEST_TOKEN.accumulateAndGet(token, (a, b) -> a.compareTo(b) > 0 ? a : b));
        return response;
    }

    static Response register(String url, String... types) {
        return request().body(Map.of("url", url, "event_types", List.of(types))).post(PATH);
    }

    /** Registers a webhook and returns its identifier. */
    static String registerForId(String url, String... types) {
        Response created = register(url, types);
        created.then().statusCode(201);
        return created.path("id");
    }

    static Response get(String id) {
        return request().get(PATH + "/" + id);
    }

    static Response change(String id, Map<String, Object> change) {
        return request().header("If-Match", get(id).header("ETag")).body(change).patch(PATH + "/" + id);
    }

    static Response delete(String id) {
        return request().header("If-Match", "*").delete(PATH + "/" + id);
    }

    static void deleteAll() {
        List<String> ids = request().get(PATH + "?limit=100").path("data.id");
        ids.forEach(id -> delete(id).then().statusCode(204));
    }

    static Response rotate(String id) {
        return request().post(PATH + "/" + id + "/rotate-secret");
    }

    static void test(String id) {
        request().post(PATH + "/" + id + "/test").then().statusCode(202);
    }

    static Response replay(String id, Map<String, Object> body) {
        return request().body(body).post(PATH + "/" + id + "/replay");
    }

    static Response deliveries(String id) {
        return request().get(PATH + "/" + id + "/deliveries?limit=100");
    }

    /** Causes a {@code product.created} event and returns its subject. */
    static String createProduct() {
        String slug = TypeId.format("webhook", TypeId.newUuid()).replace('_', '-');
        Response created =
                request().body(Map.of("title", "Thing", "slug", slug)).post("/admin/v1/products");
        created.then().statusCode(201);
        return created.path("id");
    }
}
