package io.fondaco.benchmark;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Shoppers who put two things into a cart, choose to collect them, and pay: 16 at a time. */
public class CheckoutSimulation extends Simulation {
    private static final List<String> SKUS = List.of(System.getProperty("benchmark.skus").split(","));
    private static final int SHOPPERS = Integer.getInteger("benchmark.clients", 16);
    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("benchmark.seconds", 20));

    private final HttpProtocolBuilder shop = http.baseUrl(System.getProperty("benchmark.url"))
            .contentTypeHeader("application/json")
            .acceptHeader("application/json")
            .shareConnections();

    private final ScenarioBuilder buying = scenario("buying")
            .exec(session -> {
                int first = ThreadLocalRandom.current().nextInt(SKUS.size());
                return session.set("first", SKUS.get(first))
                        .set("second", SKUS.get((first + 1) % SKUS.size()))
                        .set("key", UUID.randomUUID().toString());
            })
            .exec(http("cart")
                    .post("/store/v1/carts")
                    .body(StringBody("""
                            {"currency": "EUR", "email": "bench-#{key}@example.com", "lines": [
                              {"sku": "#{first}", "quantity": 1}, {"sku": "#{second}", "quantity": 1}]}"""))
                    .check(status().is(201), jsonPath("$.id").saveAs("cart"), jsonPath("$.cart_token").saveAs("token")))
            .exec(http("method")
                    .patch("/store/v1/carts/#{cart}")
                    .header("Authorization", "Bearer #{token}")
                    .body(StringBody("{\"shipping_method\": \"pickup\"}"))
                    .check(status().is(200)))
            .exec(http("complete")
                    .post("/store/v1/carts/#{cart}/complete")
                    .header("Authorization", "Bearer #{token}")
                    .header("Idempotency-Key", "#{key}")
                    .body(StringBody("{\"payment\": {\"provider\": \"test\", \"token\": \"tok_ok\"}}"))
                    .check(status().is(201)));

    {
        setUp(buying.injectClosed(constantConcurrentUsers(SHOPPERS).during(LENGTH)))
                .protocols(shop)
                .assertions(global().failedRequests().count().is(0L));
    }
}
