package io.fondaco.webhook;

import io.fondaco.checkout.Staff;
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

/** What the staff does with webhooks, over HTTP. */
final class Webhooks {
    static final String PATH = "/admin/v1/webhooks";

    private static final String TOKEN = "Fondaco-Consistency";
    private static final AtomicReference<String> SEEN = new AtomicReference<>("");

    private Webhooks() {}

    /** Sees what it has written, and nothing older than it has seen. */
    static RequestSpecification staff() {
        return Staff.request().filter(Webhooks::inOrder);
    }

    static Response inOrder(
            FilterableRequestSpecification request, FilterableResponseSpecification answers, FilterContext next) {
        if (!SEEN.get().isEmpty()) {
            request.header(TOKEN, SEEN.get());
        }
        Response answer = next.next(request, answers);
        Optional.ofNullable(answer.header(TOKEN))
                .ifPresent(token -> SEEN.accumulateAndGet(token, (a, b) -> a.compareTo(b) > 0 ? a : b));
        return answer;
    }

    static Response register(String url, String... types) {
        return staff().body(Map.of("url", url, "event_types", List.of(types))).post(PATH);
    }

    /** The identifier of a new webhook. */
    static String registered(String url, String... types) {
        Response created = register(url, types);
        created.then().statusCode(201);
        return created.path("id");
    }

    static Response get(String id) {
        return staff().get(PATH + "/" + id);
    }

    static Response change(String id, Map<String, Object> change) {
        return staff().header("If-Match", get(id).header("ETag")).body(change).patch(PATH + "/" + id);
    }

    static Response delete(String id) {
        return staff().header("If-Match", "*").delete(PATH + "/" + id);
    }

    static void deleteAll() {
        List<String> ids = staff().get(PATH + "?limit=100").path("data.id");
        ids.forEach(id -> delete(id).then().statusCode(204));
    }

    static Response rotate(String id) {
        return staff().post(PATH + "/" + id + "/rotate-secret");
    }

    static void test(String id) {
        staff().post(PATH + "/" + id + "/test").then().statusCode(202);
    }

    static Response replay(String id, Map<String, Object> what) {
        return staff().body(what).post(PATH + "/" + id + "/replay");
    }

    static Response log(String id) {
        return staff().get(PATH + "/" + id + "/deliveries?limit=100");
    }

    /** Makes an event, {@code product.created}; returns its subject. */
    static String product() {
        String slug = TypeId.format("webhook", TypeId.newUuid()).replace('_', '-');
        Response created = staff().body(Map.of("title", "Thing", "slug", slug)).post("/admin/v1/products");
        created.then().statusCode(201);
        return created.path("id");
    }
}
