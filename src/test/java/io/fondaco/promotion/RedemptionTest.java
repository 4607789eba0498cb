package io.fondaco.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.CouponFixture;
import io.fondaco.platform.cache.ObjectCaches;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.DiscountRequest.DiscountableLine;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A redemption is one statement, which refuses used-up promotions and those that are not as they were priced. */
@QuarkusTest
class RedemptionTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Money SHIPPING = Money.of(500, "GBP");
    private static final Money FREE = Money.zero("GBP");

    @Inject
    Promotions promotions;

    @Inject
    ObjectCaches caches;

    @Inject
    ShopDatabase database;

    @Inject
    EntityManager entities;

    @Test
    void redemptionAndReleaseAreOneStatementEach() throws SQLException {
        List<AppliedDiscount> discounts = price(SHIPPING, limited(5), limited(5), unlimited());
        UUID order = UUID.randomUUID();
        long before = statements();
        redeem(order, discounts);
        assertThat(statements() - before).isEqualTo(1);
        assertThat(redemptions(order)).isEqualTo(3);
        before = statements();
        release(order);
        assertThat(statements() - before).isEqualTo(1);
        assertThat(redemptions(order)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void changedPromotionIsNotRedeemed(boolean limited) throws SQLException {
        for (CouponChange change : List.<CouponChange>of(
                coupon -> coupon.update(Map.of("amounts", List.of(Map.of("amount", 7, "currency", "GBP")))),
                coupon -> coupon.update(Map.of("active", false)),
                RedemptionTest::delete,
                coupon -> setPeriod(coupon, "ends_at = now()"),
                coupon -> setPeriod(coupon, "starts_at = now() + interval '1 hour'"))) {
            CouponFixture changed = limited ? limited(5) : unlimited();
            CouponFixture other = limited(5);
            List<AppliedDiscount> discounts = price(SHIPPING, changed, other);
            change.apply(changed);
            UUID order = UUID.randomUUID();
            assertThatThrownBy(() -> redeem(order, discounts))
                    .isInstanceOf(PromotionsChanged.class)
                    .hasMessageContaining(changed.code())
                    .hasMessageNotContaining(other.code());
            assertThat(redemptions(order)).isZero();
            assertThat(other.usageCount()).isZero();
        }
    }

    @Test
    void transactionGoesOnWithTheChangedPromotion() throws SQLException {
        CouponFixture changed = unlimited();
        CouponFixture other = limited(1);
        List<AppliedDiscount> before = price(SHIPPING, changed, other);
        changed.update(Map.of("title", "Another title"));
        UUID order = UUID.randomUUID();
        ShopDatabase.inTransaction(() -> {
            assertThatThrownBy(() -> promotions.redeem(order, "again@example.org", before))
                    .isInstanceOf(PromotionsChanged.class);
            promotions.redeem(order, "again@example.org", calculate(SHIPPING, changed, other));
        });
        assertThat(redemptions(order)).isEqualTo(2);
        assertThat(other.usageCount()).isEqualTo(1);
    }

    @Test
    void usageDoesNotChangeAPromotion() {
        CouponFixture coupon = limited(2);
        List<AppliedDiscount> discounts = price(SHIPPING, coupon);
        redeem(UUID.randomUUID(), discounts);
        redeem(UUID.randomUUID(), discounts);
        assertThat(coupon.usageCount()).isEqualTo(2);
    }

    @Test
    void promotionWithoutDiscountIsProvenButNotRedeemed() throws SQLException {
        CouponFixture freeShipping = CouponFixture.freeShipping();
        List<AppliedDiscount> discounts = price(FREE, freeShipping);
        UUID order = UUID.randomUUID();
        redeem(order, discounts);
        assertThat(redemptions(order)).isZero();
        freeShipping.update(Map.of("title", "Another title"));
        assertThatThrownBy(() -> redeem(order, discounts)).isInstanceOf(PromotionsChanged.class);
    }

    @Test
    void everyUsedUpPromotionIsNamed() throws SQLException {
        CouponFixture total = limited(1);
        CouponFixture perCustomer = create(Map.of("usage_limit_per_customer", 1));
        CouponFixture usable = limited(5);
        List<AppliedDiscount> discounts = price(SHIPPING, total, perCustomer, usable);
        redeem(UUID.randomUUID(), discounts);
        UUID order = UUID.randomUUID();
        assertThatThrownBy(() -> redeem(order, discounts))
                .isInstanceOfSatisfying(CouponUsedUp.class, usedUp -> assertThat(usedUp.violations())
                        .extracting(Violation::detail)
                        .containsExactlyInAnyOrder(
                                "Coupon %s has reached its usage limit.".formatted(total.code()),
                                "Coupon %s has reached its usage limit.".formatted(perCustomer.code())));
        assertThat(redemptions(order)).isZero();
        assertThat(usable.usageCount()).isEqualTo(1);
    }

    @Test
    void redemptionSeesTheChangeThatItWaitedFor() throws Exception {
        CouponFixture coupon = limited(5);
        List<AppliedDiscount> discounts = price(SHIPPING, coupon);
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Void> staff = CompletableFuture.runAsync(
                    () -> ShopDatabase.inTransaction(() -> {
                        entities.createNativeQuery(
                                        "UPDATE promotion.promotion SET version = version + 1 WHERE code = :code")
                                .setParameter("code", coupon.code())
                                .executeUpdate();
                        locked.countDown();
                        released.await();
                    }),
                    threads);
            CompletableFuture<Void> shopper;
            try {
                assertThat(locked.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                shopper = CompletableFuture.runAsync(() -> redeem(UUID.randomUUID(), discounts), threads);
                await().atMost(TIMEOUT).until(this::redemptionWaits);
            } finally {
                released.countDown();
            }
            staff.get();
            assertThatThrownBy(shopper::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(PromotionsChanged.class);
        }
        assertThat(coupon.usageCount()).isZero();
    }

    @Test
    void promotionWithoutUsageLimitIsNotLocked() throws Exception {
        CouponFixture coupon = unlimited();
        List<AppliedDiscount> discounts = price(SHIPPING, coupon);
        UUID order = UUID.randomUUID();
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Void> holder = CompletableFuture.runAsync(
                    () -> ShopDatabase.inTransaction(() -> {
                        entities.createNativeQuery("SELECT id FROM promotion.promotion WHERE code = :code FOR UPDATE")
                                .setParameter("code", coupon.code())
                                .getResultList();
                        locked.countDown();
                        released.await();
                    }),
                    threads);
            try {
                assertThat(locked.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                ShopDatabase.inTransaction(() -> {
                    entities.createNativeQuery("SET LOCAL lock_timeout = '1s'").executeUpdate();
                    promotions.redeem(order, "unlimited@example.org", discounts);
                });
            } finally {
                released.countDown();
            }
            holder.get();
        }
        assertThat(redemptions(order)).isEqualTo(1);
    }

    @Test
    void thousandRedemptionsUseABudgetUpExactly() throws Exception {
        CouponFixture coupon = create(Map.of("budgets", List.of(AutomaticPromotionFixture.gbp(12_345))));
        List<AppliedDiscount> discounts = price(SHIPPING, coupon);
        List<Boolean> redeemed =
                ConcurrentRunner.runAll(1_000, 16, n -> isRedeemed("budget-" + n + "@example.org", discounts));
        assertThat(redeemed).filteredOn(Boolean::booleanValue).hasSize(123);
        assertThat(database.query("SELECT used FROM promotion.budget WHERE promotion_id = '%s'"
                        .formatted(PromotionId.parse(coupon.id()).value())))
                .isEqualTo("12300");
        assertThat(coupon.usageCount()).isEqualTo(123);
    }

    @Test
    void thousandRedemptionsUseEachGeneratedCodeOnce() throws Exception {
        CouponFixture coupon = create(Map.of());
        AdminApi.request()
                .body(Map.of("count", 100))
                .post("/admin/v1/promotions/" + coupon.id() + "/codes")
                .then()
                .statusCode(202);
        List<String> codes = AdminApi.request()
                .queryParam("limit", 100)
                .get("/admin/v1/promotions/" + coupon.id() + "/codes")
                .path("data.code");
        List<List<AppliedDiscount>> discounts = codes.stream()
                .map(code -> QuarkusTransaction.requiringNew().call(() -> calculate(SHIPPING, List.of(code))))
                .toList();
        List<Boolean> redeemed = ConcurrentRunner.runAll(
                1_000, 16, n -> isRedeemed("code-" + n + "@example.org", discounts.get(n % codes.size())));
        assertThat(redeemed).filteredOn(Boolean::booleanValue).hasSize(100);
        assertThat(database.query("SELECT count(DISTINCT order_id) FROM promotion.code WHERE promotion_id = '%s'"
                        .formatted(PromotionId.parse(coupon.id()).value())))
                .isEqualTo("100");
    }

    private boolean isRedeemed(String email, List<AppliedDiscount> discounts) {
        try {
            ShopDatabase.inTransaction(() -> promotions.redeem(UUID.randomUUID(), email, discounts));
            return true;
        } catch (CouponUsedUp _) {
            return false;
        }
    }

    private interface CouponChange {
        void apply(CouponFixture coupon) throws SQLException;
    }

    private static void delete(CouponFixture coupon) {
        AdminApi.request()
                .header("If-Match", "*")
                .delete("/admin/v1/promotions/" + coupon.id())
                .then()
                .statusCode(204);
    }

    /** As if the time had passed, because it does not change the version. */
    private void setPeriod(CouponFixture coupon, String assignment) throws SQLException {
        database.execute("UPDATE promotion.promotion SET %s WHERE code = '%s'".formatted(assignment, coupon.code()));
    }

    private boolean redemptionWaits() throws SQLException {
        return !database.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                        + " AND query LIKE '%promotion.promotion%'")
                .equals("0");
    }

    private static CouponFixture limited(int uses) {
        return create(Map.of("usage_limit", uses));
    }

    private static CouponFixture unlimited() {
        return create(Map.of());
    }

    private static CouponFixture create(Map<String, Object> limits) {
        Map<String, Object> terms = new HashMap<>(limits);
        terms.put("combinable", true);
        return CouponFixture.amountOff(100, terms);
    }

    private List<AppliedDiscount> price(Money shipping, CouponFixture... coupons) {
        return QuarkusTransaction.requiringNew().call(() -> calculate(shipping, coupons));
    }

    private List<AppliedDiscount> calculate(Money shipping, CouponFixture... coupons) {
        return calculate(
                shipping, Arrays.stream(coupons).map(CouponFixture::code).toList());
    }

    private List<AppliedDiscount> calculate(Money shipping, List<String> codes) {
        Discounts discounts = promotions.calculateDiscounts(
                new DiscountRequest(
                        List.of(new DiscountableLine("SKU", 1, Money.of(10_000, "GBP"), Optional.empty())),
                        shipping,
                        codes,
                        Instant.now(),
                        Optional.empty(),
                        Set.of(),
                        Set.of()),
                caches.uncached());
        assertThat(discounts.problems()).isEmpty();
        return discounts.applied();
    }

    private void redeem(UUID order, List<AppliedDiscount> discounts) {
        ShopDatabase.inTransaction(() -> promotions.redeem(order, "customer@example.org", discounts));
    }

    private void release(UUID order) {
        ShopDatabase.inTransaction(() -> promotions.releaseRedemptions(order));
    }

    private int redemptions(UUID order) throws SQLException {
        return Integer.parseInt(
                database.query("SELECT count(*) FROM promotion.redemption WHERE order_id = '%s'".formatted(order)));
    }

    /** No job runs such statements. */
    private long statements() throws SQLException {
        return database.countStatements("\\mpromotion\\.[a-z]");
    }
}
