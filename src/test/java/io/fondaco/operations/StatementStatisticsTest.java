package io.fondaco.operations;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The API for the cost of SQL statements on the primary: content, order, scope, and no secrets. */
@QuarkusTest
class StatementStatisticsTest {
    private static final String PATH = "/admin/v1/database/statements";

    @Inject
    ShopDatabase database;

    @Inject
    ProductFixture productFixture;

    @ConfigProperty(name = "fondaco.database.primary-url")
    String url;

    @ConfigProperty(name = "fondaco.database.username")
    String owner;

    @ConfigProperty(name = "fondaco.database.password")
    String password;

    private Instant resetAt;

    /** Statements of other tests could displace those that these tests look for. */
    @BeforeEach
    void resetStatistics() throws SQLException, IOException {
        resetAt = Instant.now();
        asSuperuser("SELECT pg_stat_statements_reset()");
    }

    @Test
    void statementOfARequestIsListedWithItsCost() {
        Shopper.withCart(productFixture.createProduct(250, 5), 1);

        Response response = list("?order=calls&limit=100");
        assertThat(Instant.parse(response.path("since"))).isBetween(resetAt, Instant.now());
        Map<String, Object> insert = findStatement("insert into cart.cart ", response);
        assertThat((String) insert.get("query_id")).matches("-?\\d+");
        assertThat(insert).containsEntry("top_level", true);
        assertThat(number(insert, "calls")).isEqualTo(1);
        assertThat(number(insert, "rows")).isEqualTo(1);
        assertThat(number(insert, "total_ms"))
                .isPositive()
                .isEqualTo(number(insert, "mean_ms"))
                .isEqualTo(number(insert, "max_ms"));
        assertThat(number(insert, "stddev_ms")).isZero();
        assertThat(number(insert, "shared_blocks_hit") + number(insert, "shared_blocks_read"))
                .isPositive();
        assertThat(number(insert, "temp_blocks_written")).isZero();
        assertThat(number(insert, "wal_bytes")).isPositive();
    }

    @Test
    void mostExpensiveStatementOfEachSortKeyComesFirst() throws SQLException {
        database.execute("SELECT pg_sleep(0.3);".repeat(5));
        database.execute("SELECT pg_sleep_for('700 milliseconds')");
        database.execute("SELECT pi();".repeat(1_000));
        database.execute("SELECT generate_series(1, 50000)");
        database.execute("""
                SET work_mem = '64kB';
                SELECT count(DISTINCT md5(n::text)) FROM generate_series(1, 20000) AS n;
                RESET work_mem
                """);

        assertFirst("pg_sleep(", "", "total_ms");
        assertFirst("pg_sleep(", "&order=total_time", "total_ms");
        assertFirst("pg_sleep_for(", "&order=mean_time", "mean_ms");
        assertFirst("pi()", "&order=calls", "calls");
        assertFirst("SELECT generate_series(", "&order=rows", "rows");
        assertFirst("count(DISTINCT md5(", "&order=temp_blocks", "temp_blocks_written");
    }

    @Test
    void valuesAndPasswordsAreNotShown() throws SQLException {
        String sku = productFixture.createProduct(250, 5);
        Shopper.withCart(sku, 1);
        database.execute("SELECT 'for no one to see' || pg_backend_pid()");
        database.execute("ALTER ROLE %s PASSWORD '%s'".formatted(owner, password));

        assertThat(list("?limit=100").asString())
                .contains("insert into cart.cart ", "pg_backend_pid()")
                .doesNotContain("for no one to see", sku, "Ada@example.org", "ALTER ROLE", password);
    }

    @Test
    void statementsOfOtherRolesAndDatabasesAreNotShown() throws SQLException, IOException {
        asSuperuser("SELECT inet_client_port()");
        run("postgres", owner, password, "SELECT inet_server_port()");
        database.execute("SELECT pg_conf_load_time()");

        assertThat(list("?limit=100").asString())
                .contains("pg_conf_load_time()")
                .doesNotContain("inet_client_port()", "inet_server_port()");
    }

    @Test
    void longStatementIsTruncated() throws SQLException {
        database.execute("SELECT " + "pi() + ".repeat(400) + "pi()");

        assertThat((String) findStatement("SELECT pi() + ", list("?limit=100")).get("query"))
                .hasSize(2_000);
    }

    @Test
    void limitIsApplied() {
        assertThat(list("?limit=1").<List<?>>path("data")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "order=size, unknown_sort",
        "order=CALLS, unknown_sort",
        "order=calls;, unknown_sort",
        "limit=0, out_of_range",
        "limit=101, out_of_range",
        "limit=all, invalid_parameter"
    })
    void invalidOrderOrLimitIsRefused(String query, String code) {
        AdminApi.request()
                .get(PATH + "?" + query)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo(code));
    }

    @Test
    void scopeIsRequiredAndSufficient() {
        given().header("Authorization", "Bearer " + key("database:read"))
                .get(PATH)
                .then()
                .statusCode(200);
        given().header("Authorization", "Bearer " + key("messages:read"))
                .get(PATH)
                .then()
                .statusCode(403)
                .body("code", equalTo("forbidden"));
        given().get(PATH).then().statusCode(401);
    }

    @Test
    void missingExtensionIsReportedWithARemedy() throws SQLException, IOException {
        asSuperuser("DROP EXTENSION pg_stat_statements");
        try {
            assertUnavailable("CREATE EXTENSION pg_stat_statements");
        } finally {
            asSuperuser("CREATE EXTENSION pg_stat_statements");
        }
        list("");
    }

    /** Creates a view that fails as on a server without the library and precedes the real one in the search path. */
    @Test
    void missingLibraryIsReportedWithARemedy() throws SQLException {
        database.execute("CREATE SCHEMA " + owner);
        try {
            database.execute("""
                    CREATE FUNCTION %1$s.not_loaded() RETURNS timestamptz LANGUAGE plpgsql AS $$
                    BEGIN
                        RAISE 'pg_stat_statements must be loaded via "shared_preload_libraries"'
                            USING ERRCODE = '55000';
                    END $$;
                    CREATE VIEW %1$s.pg_stat_statements_info AS SELECT %1$s.not_loaded() AS stats_reset
                    """.formatted(owner));
            assertUnavailable("restart");
        } finally {
            database.execute("DROP SCHEMA %s CASCADE".formatted(owner));
        }
        list("");
    }

    private static void assertUnavailable(String remedy) {
        AdminApi.request()
                .get(PATH)
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("code", equalTo("statements_not_counted"))
                .body("detail", containsString(remedy));
    }

    private static void assertFirst(String text, String order, String measure) {
        List<Map<String, Object>> statements = list("?limit=100" + order).path("data");
        assertThat((String) statements.getFirst().get("query")).as(order).contains(text);
        assertThat(statements)
                .extracting(statement -> number(statement, measure))
                .as(order)
                .isSortedAccordingTo(Comparator.reverseOrder());
    }

    private static Response list(String query) {
        return AdminApi.request()
                .get(PATH + query)
                .then()
                .statusCode(200)
                .extract()
                .response();
    }

    private static Map<String, Object> findStatement(String beginning, Response response) {
        List<Map<String, Object>> statements = response.path("data");
        List<Map<String, Object>> found = statements.stream()
                .filter(statement -> ((String) statement.get("query")).startsWith(beginning))
                .toList();
        assertThat(found).as(beginning).hasSize(1);
        return found.getFirst();
    }

    private static double number(Map<String, Object> statement, String measure) {
        return ((Number) statement.get(measure)).doubleValue();
    }

    private static String key(String scope) {
        return AdminApi.request()
                .body(Map.of("name", "one scope", "scopes", List.of(scope)))
                .post("/admin/v1/api-keys")
                .then()
                .statusCode(201)
                .extract()
                .path("secret");
    }

    /** Reads the password from the directory next to the data directory of the test cluster. */
    private void asSuperuser(String sql) throws SQLException, IOException {
        Path data = Path.of(database.query("SHOW data_directory"));
        String secret = Files.readString(data.resolveSibling("credentials").resolve("postgres"));
        run("fondaco", "postgres", secret.strip(), sql);
    }

    private void run(String name, String user, String secret, String sql) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(url);
        source.setDatabaseName(name);
        source.setUser(user);
        source.setPassword(secret);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
