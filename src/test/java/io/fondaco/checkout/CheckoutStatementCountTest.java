package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.fondaco.ShopDatabase;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hibernate.SessionFactory;
import org.hibernate.stat.Statistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a completion asks of the database, as that counts it. */
@QuarkusTest
class CheckoutStatementCountTest {
    /** So many that what jobs ask meanwhile is less than one each. */
    private static final int CHECKOUTS = 40;

    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @Inject
    SessionFactory sessions;

    @Inject
    @DataSource("primary")
    AgroalDataSource pool;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void statementsAreAsManyForAnyNumberOfLines(int lines) throws SQLException {
        List<Shopper> shoppers = new ArrayList<>();
        for (int n = 0; n < CHECKOUTS; n++) {
            shoppers.add(ready(lines));
        }
        long before = statements();
        shoppers.forEach(shopper -> shopper.complete("tok_ok").then().statusCode(201));
        assertThat((statements() - before) / CHECKOUTS).isEqualTo(20);
    }

    /** A query that is given the class of its one column is never found again in the cache that it is put into (Hibernate 7.2). */
    @Test
    void everyQueryIsInterpretedOnce() {
        Statistics statistics = sessions.getStatistics();
        Shopper first = ready(1);
        Shopper second = ready(1);
        first.complete("tok_ok").then().statusCode(201);
        statistics.setStatisticsEnabled(true);
        try {
            second.complete("tok_ok").then().statusCode(201);
            assertThat(statistics.getQueryPlanCacheHitCount()).isPositive();
            assertThat(statistics.getQueryPlanCacheMissCount()).isZero();
        } finally {
            statistics.setStatisticsEnabled(false);
        }
    }

    /**
     * The database keeps a plan for any values unless one for the values in hand looks cheaper by more than planning costs. Of an array
     * it takes ten elements to be the rule, so with one it plans anew each time; of what a subquery returns it knows as little before
     * as after. Completions are a twentieth faster so.
     */
    @Test
    void everyStatementIsPlannedOnce() throws SQLException {
        List<Shopper> shoppers = new ArrayList<>();
        for (int n = 0; n < CHECKOUTS; n++) {
            shoppers.add(ready(2));
        }
        Map<Integer, Map<String, Long>> before = customPlanCounts();
        shoppers.forEach(shopper -> shopper.complete("tok_ok").then().statusCode(201));
        Map<Integer, Map<String, Long>> after = customPlanCounts();
        // One that a job was using at either time would count from its beginning, or not at all.
        after.keySet().retainAll(before.keySet());
        Map<String, Long> meanwhile = new TreeMap<>();
        after.forEach((backend, statements) -> statements.forEach(
                (sql, times) -> meanwhile.merge(sql, times - before.get(backend).getOrDefault(sql, 0L), Long::sum)));
        assertThat(meanwhile).as("what the pool's connections have prepared").containsKey("COMMIT");
        assertThat(meanwhile.values()).allMatch(times -> times < CHECKOUTS / 2, meanwhile.toString());
    }

    /**
     * How often the statements that the pool's connections have prepared were planned for the values in hand, by the process of the
     * server that a connection has.
     */
    private Map<Integer, Map<String, Long>> customPlanCounts() throws SQLException {
        Map<Integer, Map<String, Long>> planned = new TreeMap<>();
        List<Connection> connections = new ArrayList<>();
        try {
            for (long n = pool.getMetrics().availableCount(); n >= 0; n--) {
                connections.add(pool.getConnection());
            }
            for (Connection connection : connections) {
                try (Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery(
                                "SELECT pg_backend_pid(), statement, custom_plans FROM pg_prepared_statements")) {
                    while (rows.next()) {
                        planned.computeIfAbsent(rows.getInt(1), _ -> new TreeMap<>())
                                .merge(rows.getString(2), rows.getLong(3), Long::sum);
                    }
                }
            }
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
        }
        return planned;
    }

    private Shopper ready(int lines) {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
        for (int line = 1; line < lines; line++) {
            shopper.addLine(productFixture.createProduct(250, 10), 1).then().statusCode(200);
        }
        return shopper;
    }

    /** Those of shoppers, staff and providers; reading events is the relay's. */
    private long statements() throws SQLException {
        return database.countStatements(
                "(\\m(cart|catalog|checkout|customer|idempotency|inventory|payment|pricing|shipping)|\"order\")\\.[a-z]"
                        + "|INSERT INTO messaging.outbox");
    }
}
