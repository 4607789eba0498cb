package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.ConcurrentRunner;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Races for what promotions give away: the budget of an automatic promotion, and codes for one order each. */
final class PromotionRaces {
    private static final String PATH = "/admin/v1/promotions";
    private static final String CURRENCY = "GBP";

    /** The price of a unit, in pence. */
    private static final long PRICE = 500;

    private static final int DISCOUNT_BASIS_POINTS = 2_000;
    private static final long DISCOUNT = PRICE * DISCOUNT_BASIS_POINTS / 10_000;

    /** Buyers take one to three units, so that discounts differ. */
    private static final int MAX_QUANTITY = 3;

    /** The first total is that of the cart, the second is without the promotion. */
    private static final int MAX_TOTALS = 3;

    private static final int CONCURRENT_PREPARATIONS = 10;
    private static final int CODES_PER_PAGE = 100;

    private final ShopCluster shop;

    PromotionRaces(ShopCluster shop) {
        this.shop = shop;
    }

    /** An order that was placed with the total that its buyer expected. */
    private record Purchase(long quantity, long discount) {}

    /**
     * All buyers complete their carts at the same time, each with the total that it was shown. A budget for half of the
     * discounts is given away as far as it goes: what is left would not have paid any discount that was refused.
     */
    void sellWithBudget(int buyers) throws Exception {
        String sku = shop.createProduct(Map.of("main", MAX_QUANTITY * buyers));
        // Not a multiple of the discounts.
        long budget = DISCOUNT * buyers + DISCOUNT / 2;
        String promotion = create(Map.of(
                "name", "A fifth off",
                "trigger", "automatic",
                "action", Map.of("type", "percentage", "basis_points", DISCOUNT_BASIS_POINTS),
                "conditions", List.of(Map.of("type", "skus", "skus", List.of(sku))),
                "budgets", List.of(gbp(budget))));
        List<ShopClient.GuestCart> carts = ConcurrentRunner.runAll(
                buyers, CONCURRENT_PREPARATIONS, buyer -> shop.createCart(buyer, sku, 1 + buyer % MAX_QUANTITY));
        List<Purchase> purchases = ConcurrentRunner.runAll(buyers, buyer -> buy(buyer, carts.get(buyer)));

        assertThat(shop.query("SELECT count(*) FROM \"order\".line WHERE sku = '%s'".formatted(sku)))
                .as("orders")
                .isEqualTo(Integer.toString(buyers));
        long given = purchases.stream().mapToLong(Purchase::discount).sum();
        assertThat(given).as("discounts of all orders").isLessThanOrEqualTo(budget);
        assertThat(purchases)
                .allSatisfy(purchase -> assertThat(purchase.discount()).isIn(0L, DISCOUNT * purchase.quantity()));
        assertThat(purchases)
                .filteredOn(purchase -> purchase.discount() == 0)
                .as("refused although it was left of the budget")
                .isNotEmpty()
                .allSatisfy(
                        purchase -> assertThat(DISCOUNT * purchase.quantity()).isGreaterThan(budget - given));
        assertThat(shop.query("SELECT sum(discount) FROM \"order\".line WHERE sku = '%s'".formatted(sku)))
                .isEqualTo(Long.toString(given));
        UUID id = TypeId.parse("promotion", promotion);
        assertThat(shop.query("SELECT used FROM promotion.budget WHERE promotion_id = '%s'".formatted(id)))
                .isEqualTo(Long.toString(given));
        assertThat(shop.query("SELECT sum(amount) FROM promotion.redemption WHERE promotion_id = '%s'".formatted(id)))
                .isEqualTo(Long.toString(given));
    }

    private Purchase buy(int buyer, ShopClient.GuestCart cart) {
        JsonNode expected = shop.client(buyer)
                .get(cart.path(), cart.token())
                .expect(200)
                .body()
                .at("/totals/total");
        for (int total = 0; total < MAX_TOTALS; total++) {
            ShopClient.ApiResponse response = shop.complete(buyer, cart, expected);
            if (response.status() == 201) {
                JsonNode order = response.body();
                assertThat(order.at("/totals/total")).isEqualTo(expected);
                return new Purchase(
                        order.at("/lines/0/quantity").asLong(),
                        order.at("/totals/discount/amount").asLong());
            }
            assertThat(ShopCluster.statusAndCode(response)).isEqualTo("409 price_changed");
            expected = response.body().get("total");
        }
        throw new AssertionError("The total changed %d times: %s".formatted(MAX_TOTALS, expected));
    }

    /** Two buyers for each code complete their carts at the same time: one of them gets the discount. */
    void redeemCodes(int codeCount) throws Exception {
        String sku = shop.createProduct(Map.of("main", 2 * codeCount));
        String promotion = create(
                Map.of("name", "A pound off", "action", Map.of("type", "amount", "amounts", List.of(gbp(DISCOUNT)))));
        List<String> codes = generateCodes(promotion, codeCount);
        List<ShopClient.GuestCart> carts = ConcurrentRunner.runAll(2 * codeCount, CONCURRENT_PREPARATIONS, buyer -> {
            ShopClient.GuestCart cart = shop.createCart(buyer, sku, 1);
            shop.client(buyer).updateCart(cart, Map.of("coupon_codes", List.of(codes.get(buyer / 2))));
            return cart;
        });
        // The buyers of a code are at different pods.
        List<ShopClient.ApiResponse> responses = ConcurrentRunner.runAll(
                2 * codeCount,
                buyer -> shop.complete(
                        buyer, carts.get(buyer), "tok_ok", UUID.randomUUID().toString()));

        Set<String> orders = new HashSet<>();
        for (int code = 0; code < codeCount; code++) {
            List<ShopClient.ApiResponse> both = responses.subList(2 * code, 2 * code + 2);
            assertThat(both)
                    .extracting(ShopCluster::statusAndCode)
                    .containsExactlyInAnyOrder("201", "409 coupon_used_up");
            JsonNode order = both.get(both.getFirst().status() == 201 ? 0 : 1).body();
            assertThat(order.at("/totals/total/amount").asLong()).isEqualTo(PRICE - DISCOUNT);
            assertThat(order.at("/discounts/0/code").asText()).isEqualTo(codes.get(code));
            orders.add(TypeId.parse("order", order.get("id").asText()).toString());
        }
        assertThat(orders).hasSize(codeCount);
        String used = shop.query("""
            SELECT string_agg(order_id::text, ',') FROM promotion.code WHERE promotion_id = '%s'
            """.formatted(TypeId.parse("promotion", promotion)));
        assertThat(List.of(used.split(",", -1)))
                .as("the orders of the codes")
                .containsExactlyInAnyOrderElementsOf(orders);
    }

    private List<String> generateCodes(String promotion, int count) {
        ShopClient staff = shop.client(0);
        String path = "%s/%s/codes".formatted(PATH, promotion);
        staff.send("POST", path, PackagedApp.ADMIN_KEY, Map.of(), Map.of("count", count, "prefix", "RACE-"))
                .expect(202);
        List<String> codes = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = staff.get("%s?limit=%d%s".formatted(path, CODES_PER_PAGE, cursor), PackagedApp.ADMIN_KEY)
                    .expect(200)
                    .body();
            page.get("data").forEach(code -> codes.add(code.get("code").asText()));
            cursor = page.path("next_cursor").isTextual()
                    ? "&cursor=" + page.get("next_cursor").asText()
                    : "";
        } while (!cursor.isEmpty());
        assertThat(codes).hasSize(count).doesNotHaveDuplicates();
        return codes;
    }

    /** @return the id */
    private String create(Map<String, ?> promotion) {
        return shop.client(0)
                .send("POST", PATH, PackagedApp.ADMIN_KEY, Map.of(), promotion)
                .expect(201)
                .body()
                .get("id")
                .asText();
    }

    private static Map<String, Object> gbp(long pence) {
        return Map.of("amount", pence, "currency", CURRENCY);
    }
}
