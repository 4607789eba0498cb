package io.fondaco.randomwrites;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.replay.ShopClient;
import java.util.List;
import java.util.Optional;

/** Checks over HTTP what must hold for a shop after every write. */
final class ShopInvariants {
    private static final List<String> STORE_LISTS =
            List.of("/store/v1/products?limit=100", "/store/v1/products?limit=100&sort=price", "/store/v1/categories");
    private static final List<String> STAFF_LISTS = List.of(
            "/admin/v1/products?limit=100",
            "/admin/v1/variants?limit=100",
            "/admin/v1/categories",
            "/admin/v1/stock?limit=100",
            "/admin/v1/stock-locations",
            "/admin/v1/stock-discrepancies",
            "/admin/v1/orders?limit=100",
            "/admin/v1/promotions",
            "/admin/v1/imports?limit=100",
            "/admin/v1/api-keys?limit=100");

    /** Query parameters of an export and of its import. */
    private static final List<String> FILES = List.of(
            "kind=products&format=fondaco", "kind=products&format=shopify&currency=GBP", "kind=stock&format=fondaco");

    private final ShopClient staff;

    ShopInvariants(ShopClient staff) {
        this.staff = staff;
    }

    /**
     * @param writes the writes before, for the failure message
     * @param order the path of the order that was changed last
     */
    void assertInvariants(String writes, Optional<String> order) {
        STORE_LISTS.forEach(list -> assertThat(staff.get(list, "").status())
                .as(list + "\n" + writes)
                .isEqualTo(200));
        STAFF_LISTS.forEach(list -> assertThat(staff.get(list, staff.adminKey()).status())
                .as(list + "\n" + writes)
                .isEqualTo(200));
        FILES.forEach(file -> assertImportsBackUnchanged(file, writes));
        order.ifPresent(path -> staff.get(path, staff.adminKey())
                .expect(200)
                .body()
                .get("lines")
                .forEach(line -> assertUnitsAddUp(line, writes)));
    }

    private void assertImportsBackUnchanged(String file, String writes) {
        String content = staff.getText("/admin/v1/exports?" + file, staff.adminKey());
        JsonNode end = staff.awaitImport(
                staff.importCsv(file, content).expect(202).body().get("id").asText());
        JsonNode rows = end.get("rows");
        String message = "%s%n%s%n%s%nafter%n%s".formatted(end, errors(end), content, writes);
        assertThat(end.get("status").asText()).as(message).isEqualTo("done");
        assertThat(rows.get("rejected").asLong()).as(message).isZero();
        assertThat(rows.get("created").asLong()).as(message).isZero();
        assertThat(rows.get("updated").asLong()).as(message).isZero();
    }

    private JsonNode errors(JsonNode end) {
        return staff.get(end.get("errors_url").asText(), staff.adminKey()).body();
    }

    private static void assertUnitsAddUp(JsonNode line, String writes) {
        String message = line + "\nafter\n" + writes;
        int quantity = line.get("quantity").asInt();
        int cancelled = line.get("cancelled_quantity").asInt();
        int sent = line.get("fulfilled_quantity").asInt();
        int returned = line.get("returned_quantity").asInt();
        assertThat(cancelled + sent).as(message).isBetween(0, quantity);
        assertThat(returned).as(message).isBetween(0, sent);
        assertThat(line.get("refunded_quantity").asInt()).as(message).isBetween(cancelled, quantity);
        assertThat(line.get("restocked_quantity").asInt()).as(message).isBetween(0, cancelled + returned);
    }
}
