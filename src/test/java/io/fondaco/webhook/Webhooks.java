package io.fondaco.webhook;

import io.fondaco.checkout.Staff;
import io.fondaco.platform.identity.TypeId;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;

/** What the staff does with webhooks, over HTTP. */
final class Webhooks {
    static final String PATH = "/admin/v1/webhooks";

    private Webhooks() {}

    static Response register(String url, String... types) {
        return Staff.request()
                .body(Map.of("url", url, "event_types", List.of(types)))
                .post(PATH);
    }

    /** The identifier of a new webhook. */
    static String registered(String url, String... types) {
        Response created = register(url, types);
        created.then().statusCode(201);
        return created.path("id");
    }

    static Response get(String id) {
        return Staff.request().get(PATH + "/" + id);
    }

    static Response change(String id, Map<String, Object> change) {
        return Staff.request()
                .header("If-Match", get(id).header("ETag"))
                .body(change)
                .patch(PATH + "/" + id);
    }

    static Response delete(String id) {
        return Staff.request().header("If-Match", "*").delete(PATH + "/" + id);
    }

    static void deleteAll() {
        List<String> ids = Staff.request().get(PATH + "?limit=100").path("data.id");
        ids.forEach(id -> delete(id).then().statusCode(204));
    }

    static Response rotate(String id) {
        return Staff.request().post(PATH + "/" + id + "/rotate-secret");
    }

    static void test(String id) {
        Staff.request().post(PATH + "/" + id + "/test").then().statusCode(202);
    }

    static Response replay(String id, Map<String, Object> what) {
        return Staff.request().body(what).post(PATH + "/" + id + "/replay");
    }

    static Response log(String id) {
        return Staff.request().get(PATH + "/" + id + "/deliveries?limit=100");
    }

    /** Makes an event, {@code product.created}; returns its subject. */
    static String product() {
        String slug = TypeId.format("webhook", TypeId.newUuid()).replace('_', '-');
        Response created =
                Staff.request().body(Map.of("title", "Thing", "slug", slug)).post("/admin/v1/products");
        created.then().statusCode(201);
        return created.path("id");
    }
}
