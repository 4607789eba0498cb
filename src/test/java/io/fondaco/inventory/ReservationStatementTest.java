package io.fondaco.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fondaco.ShopDatabase;
import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.inventory.Inventory.StockDemand;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.inventory.ReservationAllocator.ReservationRequest;
import io.fondaco.inventory.ReservationAllocator.ReservationResult;
import io.fondaco.inventory.ReservationStatements.LockedLevels;
import io.fondaco.inventory.Sourcing.Allocation;
import io.fondaco.inventory.Sourcing.SourceLocation;
import io.fondaco.inventory.Sourcing.SourcingLevel;
import io.fondaco.inventory.Sourcing.SourcingRule;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Tuple;
import net.jqwik.api.sessions.JqwikSession;
import org.hibernate.Session;
import org.junit.jupiter.api.Test;

/** The statement that reserves without {@link Sourcing} decides as {@link Sourcing} does, and writes the same. */
@QuarkusTest
class ReservationStatementTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int CASES = 400;
    private static final int JQWIK_SIZE = 1000;

    /** So many that the statements of concurrent jobs are less than one per reservation. */
    private static final int REPETITIONS = 20;

    private static final String PREFIX = "L" + UUID.randomUUID() + "-";
    private static final List<SourceLocation> LOCATIONS = List.of(
            new SourceLocation(PREFIX + 0, 10, "GB", true),
            new SourceLocation(PREFIX + 1, 20, "GB", true),
            new SourceLocation(PREFIX + 2, 20, "DE", true),
            new SourceLocation(PREFIX + 3, 5, null, true),
            new SourceLocation(PREFIX + 4, 1, "DE", false),
            new SourceLocation(PREFIX + 5, 1, "GB", false));

    @Inject
    ReservationStatements statements;

    @Inject
    ReservationAllocator allocator;

    @Inject
    InventoryService inventory;

    @Inject
    Session session;

    @Inject
    ShopDatabase database;

    /** @param location index in {@link #LOCATIONS} */
    record LevelSpec(int location, long onHand, long reserved, long backordered, long backorderLimit) {
        private long available() {
            return onHand - Math.min(reserved, onHand) - backordered;
        }

        private SourcingLevel toLevel(String sku) {
            SourceLocation source = LOCATIONS.get(location);
            return new SourcingLevel(new StockKey(sku, source.code()), onHand, available(), backorderLimit, source);
        }
    }

    /**
     * Levels and the reservations that are requested together.
     *
     * @param levels by SKU
     * @param requests the requested units by SKU; zero: the SKU is not requested
     */
    record ReservationCase(List<List<LevelSpec>> levels, List<List<Long>> requests) {}

    private record WrittenLine(UUID reservation, String sku, String location, long quantity, long backordered) {}

    private record LevelRow(String sku, String location, long reserved, long backordered) {}

    @Test
    void statementReservesOnlyWhatEverySourcingRuleWouldChoose() {
        long seed = Long.getLong("faults.seed", System.nanoTime());
        int reserved = 0;
        for (ReservationCase reservationCase : cases(seed)) {
            QuarkusTransaction.begin();
            try {
                reserved += verify(reservationCase) ? 1 : 0;
            } catch (AssertionError e) {
                throw new AssertionError("-Dfaults.seed=%d: %s".formatted(seed, reservationCase), e);
            } finally {
                QuarkusTransaction.rollback();
            }
        }
        assertThat(reserved).as("cases without a choice").isBetween(CASES / 20, CASES * 19 / 20);
    }

    /** Returns whether the statement has reserved. */
    private boolean verify(ReservationCase reservationCase) {
        List<SourcingLevel> levels = insertLevels(reservationCase);
        List<ReservationRequest> requests = reservationCase.requests().stream()
                .map(ReservationStatementTest::requestUnits)
                .toList();
        LockedLevels locked = statements.lockLevelsAndReserveWithoutChoice(requests);
        boolean reserved = !locked.taken().isEmpty();
        assertThat(locked.levels())
                .as("levels before the reservation")
                .isEqualTo(levels.stream()
                        .filter(level ->
                                demandBySku(requests).containsKey(level.key().sku()))
                        .toList());
        List<WrittenLine> lines = listLines(requests);
        if (reserved) {
            for (SourcingRule rule : SourcingRule.values()) {
                for (String country : Arrays.asList(null, "GB", "DE")) {
                    assertThat(allocate(requests, levels, rule, country))
                            .as("%s to %s", rule, country)
                            .hasValue(lines);
                }
            }
            assertThat(listMovements(requests)).isEqualTo(lines);
        } else {
            assertThat(lines).isEmpty();
            assertThat(listMovements(requests)).isEmpty();
        }
        assertThat(reserved).as("there is no choice").isEqualTo(isWithoutChoice(requests, levels));
        assertThat(locked.taken()).isEqualTo(sumByKey(lines));
        assertThat(listLevelRows(levels)).isEqualTo(expectedLevelRows(reservationCase, locked.taken()));
        return reserved;
    }

    /** The rule of the statement, in other words. */
    private static boolean isWithoutChoice(List<ReservationRequest> requests, List<SourcingLevel> levels) {
        return demandBySku(requests).entrySet().stream().allMatch(demand -> {
            List<SourcingLevel> found = levels.stream()
                    .filter(level -> level.key().sku().equals(demand.getKey()))
                    .toList();
            List<SourcingLevel> stocked = found.stream()
                    .filter(level -> level.source().sellable() && level.available() > 0)
                    .toList();
            return found.stream().noneMatch(level -> level.available() < 0)
                    && stocked.size() == 1
                    && stocked.getFirst().available() >= demand.getValue();
        });
    }

    /** The lines of all reservations, as {@link Sourcing} chooses them; empty if one is short. */
    private static Optional<List<WrittenLine>> allocate(
            List<ReservationRequest> requests, List<SourcingLevel> levels, SourcingRule rule, String country) {
        Map<String, List<SourcingLevel>> remaining = new HashMap<>(levels.stream()
                .collect(Collectors.groupingBy(level -> level.key().sku())));
        List<WrittenLine> lines = new ArrayList<>();
        for (ReservationRequest request : requests) {
            Map<StockKey, Allocation> allocation;
            try {
                allocation = Sourcing.allocate(request.demand().quantities(), remaining, rule, country);
            } catch (InsufficientStock _) {
                return Optional.empty();
            }
            allocation.forEach((key, taken) -> {
                lines.add(new WrittenLine(
                        request.id().value(),
                        key.sku(),
                        key.location(),
                        taken.fromStock() + taken.backordered(),
                        taken.backordered()));
                remaining.computeIfPresent(key.sku(), (_, found) -> Sourcing.subtract(found, key, taken));
            });
        }
        return Optional.of(sorted(lines));
    }

    private static List<WrittenLine> sorted(List<WrittenLine> lines) {
        return lines.stream()
                .sorted(Comparator.comparing(
                                (WrittenLine line) -> line.reservation().toString())
                        .thenComparing(WrittenLine::sku)
                        .thenComparing(WrittenLine::location))
                .toList();
    }

    private static ReservationRequest requestUnits(List<Long> units) {
        return request(IntStream.range(0, units.size())
                .filter(index -> units.get(index) > 0)
                .mapToObj(index -> new StockQuantity(sku(index), units.get(index)))
                .toList());
    }

    private static ReservationRequest request(List<StockQuantity> quantities) {
        return new ReservationRequest(
                ReservationId.random(), new StockDemand(quantities, null), LONG, false, "tester", "request-1");
    }

    private static Map<String, Long> demandBySku(List<ReservationRequest> requests) {
        return requests.stream()
                .flatMap(request -> request.demand().quantities().stream())
                .collect(Collectors.groupingBy(StockQuantity::sku, Collectors.summingLong(StockQuantity::quantity)));
    }

    private static Map<StockKey, Long> sumByKey(List<WrittenLine> lines) {
        return lines.stream()
                .collect(Collectors.groupingBy(
                        line -> new StockKey(line.sku(), line.location()),
                        Collectors.summingLong(WrittenLine::quantity)));
    }

    private static String sku(int index) {
        return PREFIX + "sku-" + index;
    }

    /** @return the levels in the order of SKU and location */
    private List<SourcingLevel> insertLevels(ReservationCase reservationCase) {
        LOCATIONS.forEach(location -> session.createNativeQuery("""
                        INSERT INTO inventory.location (code, name, country, priority, active, ships_online)
                        VALUES (:code, :code, cast(:country AS text), :priority, :sells OR :code LIKE '%5', :sells)
                        """)
                .setParameter("code", location.code())
                .setParameter("country", location.country())
                .setParameter("priority", location.priority())
                .setParameter("sells", location.sellable())
                .executeUpdate());
        forEachLevel(reservationCase, (sku, level) -> session.createNativeQuery("""
                        INSERT INTO inventory.stock_level
                               (sku, location, on_hand, reserved, backordered, backorder_limit)
                        VALUES (:sku, :location, :onHand, least(:reserved, :onHand), :backordered, :limit)
                        """)
                .setParameter("sku", sku)
                .setParameter("location", LOCATIONS.get(level.location()).code())
                .setParameter("onHand", level.onHand())
                .setParameter("reserved", level.reserved())
                .setParameter("backordered", level.backordered())
                .setParameter("limit", level.backorderLimit())
                .executeUpdate());
        List<SourcingLevel> levels = new ArrayList<>();
        forEachLevel(reservationCase, (sku, level) -> levels.add(level.toLevel(sku)));
        levels.sort(Comparator.comparing(SourcingLevel::key, StockKey.BY_SKU_AND_LOCATION));
        return levels;
    }

    private interface LevelVisitor {
        void visit(String sku, LevelSpec level);
    }

    private static void forEachLevel(ReservationCase reservationCase, LevelVisitor visitor) {
        for (int index = 0; index < reservationCase.levels().size(); index++) {
            String sku = sku(index);
            reservationCase.levels().get(index).forEach(level -> visitor.visit(sku, level));
        }
    }

    private List<WrittenLine> listLines(List<ReservationRequest> requests) {
        return sorted(requests.stream()
                .flatMap(request -> linesOf("""
                                SELECT l.reservation_id, l.sku, l.location, l.quantity, l.backordered
                                  FROM inventory.reservation r
                                  JOIN inventory.reservation_line l ON l.reservation_id = r.id
                                 WHERE r.id = cast(:request AS uuid) AND r.status = 'reserved' AND NOT r.batched
                                   AND r.expires_at BETWEEN now() + interval '4 min' AND now() + interval '6 min'
                                """, request.id().value().toString()))
                .toList());
    }

    private List<WrittenLine> listMovements(List<ReservationRequest> requests) {
        return sorted(requests.stream()
                .flatMap(request -> linesOf(
                        """
                                SELECT cast('%s' AS uuid), sku, location, reserved, backordered FROM inventory.movement
                                 WHERE reference = :request AND kind = 'reserved' AND quantity = 0
                                   AND actor = 'tester' AND request_id = 'request-1'
                                """.formatted(request.id().value()), request.id().toString()))
                .toList());
    }

    private Stream<WrittenLine> linesOf(String sql, String request) {
        return session.createNativeQuery(sql, WrittenLine.class)
                .setParameter("request", request)
                .getResultStream();
    }

    private List<LevelRow> listLevelRows(List<SourcingLevel> levels) {
        return levels.stream()
                .map(level -> session.createNativeQuery("""
                                SELECT sku, location, reserved, backordered FROM inventory.stock_level
                                 WHERE sku = :sku AND location = :location
                                """, LevelRow.class)
                        .setParameter("sku", level.key().sku())
                        .setParameter("location", level.key().location())
                        .getSingleResult())
                .toList();
    }

    private static List<LevelRow> expectedLevelRows(ReservationCase reservationCase, Map<StockKey, Long> taken) {
        List<LevelRow> rows = new ArrayList<>();
        forEachLevel(reservationCase, (sku, level) -> {
            StockKey key = level.toLevel(sku).key();
            rows.add(new LevelRow(
                    sku,
                    key.location(),
                    Math.min(level.reserved(), level.onHand()) + taken.getOrDefault(key, 0L),
                    level.backordered()));
        });
        rows.sort(Comparator.comparing(LevelRow::sku).thenComparing(LevelRow::location));
        return rows;
    }

    private static List<ReservationCase> cases(long seed) {
        JqwikSession.start();
        try {
            RandomGenerator<ReservationCase> generator = reservationCases().generator(JQWIK_SIZE);
            Random random = new Random(seed);
            return Stream.generate(() -> generator.next(random).value())
                    .limit(CASES)
                    .toList();
        } finally {
            JqwikSession.finish();
        }
    }

    private static Arbitrary<ReservationCase> reservationCases() {
        Arbitrary<Long> rarelyPositive = Arbitraries.frequency(Tuple.of(8, 0L), Tuple.of(1, 1L), Tuple.of(1, 2L));
        Arbitrary<LevelSpec> level = Combinators.combine(
                        Arbitraries.integers().between(0, LOCATIONS.size() - 1),
                        Arbitraries.frequency(
                                Tuple.of(3, 0L), Tuple.of(1, 1L), Tuple.of(2, 3L), Tuple.of(4, 6L), Tuple.of(2, 9L)),
                        rarelyPositive,
                        rarelyPositive,
                        rarelyPositive)
                .as(LevelSpec::new);
        Arbitrary<List<LevelSpec>> levels =
                level.list().ofMinSize(1).ofMaxSize(3).uniqueElements(LevelSpec::location);
        Arbitrary<List<Long>> units = Arbitraries.of(0L, 1L, 1L, 2L, 3L)
                .list()
                .ofSize(2)
                .filter(list -> list.stream().anyMatch(unit -> unit > 0));
        return Combinators.combine(
                        levels.list().ofSize(2), units.list().ofMinSize(1).ofMaxSize(3))
                .as(ReservationCase::new);
    }

    @Test
    void reservationIsOneStatementUnlessThereIsAChoice() throws SQLException {
        assertThat(statementsPerReservation(1, 1, 1)).isEqualTo(1);
        assertThat(statementsPerReservation(3, 1, 1)).isEqualTo(1);
        assertThat(statementsPerReservation(2, 1, 4)).isEqualTo(1);
        assertThat(statementsPerReservation(1, 2, 1)).isEqualTo(2);
    }

    /** The statements of inventory that reserve one unit of each SKU, by this number of requests together. */
    private long statementsPerReservation(int skus, int locations, int requests) throws SQLException {
        List<List<ReservationRequest>> batches = new ArrayList<>();
        for (int n = 0; n < REPETITIONS; n++) {
            List<StockQuantity> quantities = Stream.generate(() -> new StockQuantity(createStockedSku(9, locations), 1))
                    .limit(skus)
                    .toList();
            batches.add(
                    Stream.generate(() -> request(quantities)).limit(requests).toList());
        }
        long before = database.countStatements("\\minventory\\.[a-z]");
        for (List<ReservationRequest> batch : batches) {
            List<ReservationResult> results = QuarkusTransaction.requiringNew().call(() -> allocator.reserve(batch));
            assertThat(results).allMatch(result -> result.reserved() != null);
        }
        return (database.countStatements("\\minventory\\.[a-z]") - before) / REPETITIONS;
    }

    @Test
    void aReservationThatWaitedSeesTheUnitsThatAreLeft() throws Exception {
        String sku = createStockedSku(3, 1);
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Void> first = CompletableFuture.runAsync(
                    () -> ShopDatabase.inTransaction(() -> {
                        inventory.reserve(demand(sku, 1), LONG);
                        locked.countDown();
                        released.await();
                    }),
                    threads);
            CompletableFuture<Void> second;
            try {
                assertThat(locked.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                int waiting = database.countWaitingForStockLevels();
                second = CompletableFuture.runAsync(
                        () -> ShopDatabase.inTransaction(() -> inventory.reserve(demand(sku, 2), LONG)), threads);
                await().atMost(TIMEOUT).until(() -> database.countWaitingForStockLevels() > waiting);
            } finally {
                released.countDown();
            }
            first.get();
            second.get();
        }
        assertThat(inventory.levels(List.of(sku))).containsExactly(new StockLevel(sku, "default", 3, 3, 0, 0));
        assertThatThrownBy(() -> inventory.reserve(demand(sku, 1), LONG)).isInstanceOf(InsufficientStock.class);
    }

    private static StockDemand demand(String sku, long units) {
        return new StockDemand(List.of(new StockQuantity(sku, units)), null);
    }

    /** @param locations number of locations that have the units each */
    private String createStockedSku(long units, int locations) {
        String sku = "T-" + UUID.randomUUID();
        inventory.recordCounts(
                IntStream.range(0, locations)
                        .mapToObj(index -> new StockCount(new StockKey(sku, index == 0 ? "default" : "b"), units))
                        .toList(),
                "test");
        return sku;
    }
}
