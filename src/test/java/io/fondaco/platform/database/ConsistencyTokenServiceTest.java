package io.fondaco.platform.database;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.ConcurrentRunner;
import io.fondaco.platform.identity.Hmac;
import io.fondaco.platform.topology.DatabaseSettings;
import io.fondaco.platform.topology.Position;
import io.fondaco.platform.topology.Topology;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ConsistencyTokenServiceTest {
    private static final String TOKEN = "Fondaco-Consistency";

    private final ConsistencyTokenKey key;
    private final MeterRegistry metrics;
    private final DatabaseSettings settings;
    private final Topology topology;
    private final ReadMetrics reads;

    ConsistencyTokenServiceTest(
            ConsistencyTokenKey key,
            MeterRegistry metrics,
            DatabaseSettings settings,
            Topology topology,
            ReadMetrics reads) {
        this.topology = topology;
        this.reads = reads;
        this.key = key;
        this.metrics = metrics;
        this.settings = settings;
    }

    @Test
    void writeReturnsATokenAndReadWithoutOneDoesNot() {
        given().post("/test/route/write").then().header(TOKEN, notNullValue());
        given().get("/test/route/read").then().header(TOKEN, nullValue()).header("Set-Cookie", nullValue());
    }

    @Test
    void readWithTokenIsServedByAReplicaAndReturnsATokenThatIsNotEarlier() {
        String written = write();
        for (int i = 0; i < 20; i++) {
            Response read = given().header(TOKEN, written).get("/test/route/read");
            assertThat(read.asString()).isEqualTo("replica");
            assertThat(read.header(TOKEN)).isGreaterThanOrEqualTo(written);
        }
    }

    @Test
    void tokenIsNotIgnoredWhileTheSigningKeyIsUnavailable() {
        SharedKey unavailableKey = new SharedKey(topology, "unset", Optional.empty(), "database.nowhere");
        ConsistencyTokenService withoutKey =
                new ConsistencyTokenService(topology, new ConsistencyTokenKey(unavailableKey), settings, reads);
        String written = write();
        assertThatThrownBy(() -> withoutKey.readToken(written, _ -> Optional.empty()))
                .isInstanceOf(DatabaseUnavailable.class);
        assertThat(withoutKey.tryReadToken(written, _ -> Optional.empty())).isEmpty();
        assertThat(withoutKey.readToken(null, _ -> Optional.empty())).isEmpty();
    }

    @Test
    void readWithStartTokenReturnsAFirstToken() {
        given().header(TOKEN, "start")
                .get("/test/route/read")
                .then()
                .body(equalTo("replica"))
                .header(TOKEN, notNullValue());
    }

    @Test
    void replicaWithTokenRouteReadsAReplicaWithAValidTokenAndElseThePrimary() {
        given().get("/test/route/for-owners").then().body(equalTo("primary"));
        given().header(TOKEN, write()).get("/test/route/for-owners").then().body(equalTo("replica"));
        given().header(TOKEN, "forged").get("/test/route/for-owners").then().body(equalTo("primary"));
    }

    @Test
    void browserGetsTheTokenAsACookieToo() {
        String written = given().header("Sec-Fetch-Mode", "cors")
                .post("/test/route/write")
                .then()
                .header("Set-Cookie", containsString("HttpOnly"))
                .header("Set-Cookie", containsString("SameSite=Lax"))
                .extract()
                .cookie("fondaco_written");
        given().cookie("fondaco_written", written)
                .get("/test/route/for-owners")
                .then()
                .body(equalTo("replica"))
                .cookie("fondaco_seen", notNullValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "",
                ",,,,,,,,,,,,,,,,,",
                "0000000100000000",
                "00000001ffffffffffffffff-AAAAAAAAAAAAAAAAAAAAAA",
                "7fffffff7fffffffffffffff-AAAAAAAAAAAAAAAAAAAAAA",
                "0000000100000000016b3740-vLH_UDEN85Eh-APXAuw0yQ",
                "'; DROP TABLE topology.heartbeat; --",
                "\u00e4\u00f6\u00fc",
            })
    void invalidTokenIsIgnored(String token) {
        double onPrimary = readsOnPrimary();
        Response read = given().header(TOKEN, token).get("/test/route/read");
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(read.asString()).isEqualTo("replica");
        assertThat(read.header(TOKEN)).isNull();
        assertThat(readsOnPrimary()).isEqualTo(onPrimary);
    }

    @Test
    void tokenOfAnotherClusterIsIgnored() {
        SecretKeySpec foreign =
                Hmac.key("of another cluster, thirty-two bytes".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        String token = ConsistencyToken.sign(new Position(1, Long.MAX_VALUE), foreign);
        given().header(TOKEN, token).get("/test/route/read").then().body(equalTo("replica"));
    }

    @Test
    void veryLongHeaderIsNotReadToItsEnd() {
        given().header(TOKEN, "x,".repeat(4000))
                .get("/test/route/read")
                .then()
                .statusCode(200)
                .body(equalTo("replica"));
    }

    @Test
    void readWithAnOldTokenIsServedByAReplica() {
        given().header(TOKEN, sign(new Position(1, 1)))
                .get("/test/route/read")
                .then()
                .body(equalTo("replica"));
    }

    @Test
    void tokenAheadOfThePrimaryIsServedByThePrimaryAndReplaced() {
        String ahead = sign(Position.endOfTimeline(1));
        Response read = given().header(TOKEN, ahead).get("/test/route/read");
        assertThat(read.asString()).isEqualTo("primary");
        assertThat(read.header(TOKEN)).isLessThan(ahead);
        given().header(TOKEN, read.header(TOKEN)).get("/test/route/read").then().body(equalTo("replica"));
    }

    @Test
    void tokenOfAnUnknownTimelineIsServedByThePrimaryAndReplaced() {
        String future = sign(new Position(77, 1));
        Response read = given().header(TOKEN, future).get("/test/route/read");
        assertThat(read.asString()).isEqualTo("primary");
        assertThat(read.header(TOKEN)).isLessThan(future);
    }

    /** Each read takes 0.3 s, so those that wait for an eighth turn wait longer than the two seconds that they may. */
    @Test
    void tokensAheadOfThePrimaryCannotExceedTheFallbackLimit() throws Exception {
        String ahead = sign(Position.endOfTimeline(1));
        int readers = 12 * settings.fallbackLimit();
        List<Response> answers = ConcurrentRunner.runAll(
                readers, _ -> given().header(TOKEN, ahead).get("/test/route/slow-read"));
        assertThat(answers).extracting(Response::statusCode).contains(200, 503).containsOnly(200, 503);
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() == 200)
                .as("concurrent reads on the primary")
                .allSatisfy(answer ->
                        assertThat(Integer.parseInt(answer.asString())).isBetween(1, settings.fallbackLimit()));
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() == 503)
                .allSatisfy(answer -> assertThat(answer.header("Retry-After")).isEqualTo("1"));
        given().get("/test/route/read").then().statusCode(200).body(equalTo("replica"));
    }

    @Test
    void readThatConflictsWithReplayIsRetriedOnAnotherNode() {
        double retried = metrics.counter("fondaco.database.reads.retried").count();
        given().get("/test/route/conflict").then().statusCode(200).body(equalTo("primary"));
        assertThat(metrics.counter("fondaco.database.reads.retried").count()).isEqualTo(retried + 1);
    }

    @Test
    void writeOnTheReplicaRouteIsCounted() {
        double bugs = metrics.counter("fondaco.database.routing.bugs").count();
        given().get("/test/route/write-where-only-reading-is-allowed").then().statusCode(500);
        assertThat(metrics.counter("fondaco.database.routing.bugs").count()).isEqualTo(bugs + 1);
    }

    private static String write() {
        return given().post("/test/route/write")
                .then()
                .statusCode(200)
                .extract()
                .header(TOKEN);
    }

    private String sign(Position position) {
        return ConsistencyToken.sign(position, key.get().orElseThrow());
    }

    private double readsOnPrimary() {
        return metrics.find("fondaco.database.reads").tag("role", "primary").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }
}
