package io.fondaco.mail;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.fondaco.IntegrationsProfile;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.PaymentWebhookSender;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.messaging.EventBatch;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The e-mails that customers receive, from a real mail server. */
@QuarkusTest
// Runs early: the orders of other tests find no mail server, and their e-mails fill the list of dead letters.
@Order(Integer.MIN_VALUE + 1)
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class MailTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Inject
    ProductFixture productFixture;

    @Inject
    EmailFixture emails;

    @Inject
    MailListener listener;

    @Inject
    EventTypeRegistry eventTypes;

    @ConfigProperty(name = "quarkus.mailer.port")
    int port;

    private GreenMail server;

    @BeforeEach
    void startMailServer() {
        server = new GreenMail(new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.start();
    }

    @AfterEach
    void stopMailServer() {
        emails.resumeSending();
        server.stop();
    }

    @Test
    void orderIsConfirmedOnceInTextAndHtml() throws Exception {
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct("Tea pot", 1250, 10), 2);
        Response order = buyer.placeOrder("tok_ok");
        MimeMessage email = buyer.awaitEmail(server);
        int number = order.path("number");
        assertThat(email.getSubject())
                .isEqualTo("Tea & Co Bcc: everybody@shop.example: Your order %d is confirmed".formatted(number));
        assertThat(email.getHeader("Bcc")).isNull();
        assertThat(email.getFrom()).extracting(Object::toString).containsExactly("Orders <orders@shop.example>");
        assertThat(email.getReplyTo()).extracting(Object::toString).containsExactly("help@shop.example");
        assertThat(email.getHeader("Auto-Submitted", null)).isEqualTo("auto-generated");
        assertThat(email.getMessageID())
                .isEqualTo("<%s@shop.example>"
                        .formatted(TypeId.format(
                                "letter",
                                emails.findByOrder(order.path("id")).getFirst().id())));
        assertThat(text(email).lines())
                .contains(
                        "Thank you for your order " + number,
                        "Your order is confirmed. We will write again when it is on its way.",
                        "2 x Tea pot, 12.50 GBP each: 25.00 GBP",
                        "Subtotal: 25.00 GBP",
                        "Delivery: 3.95 GBP",
                        "Total: 28.95 GBP",
                        "  Ada Lovelace",
                        "  12 St James's Square",
                        "  SW1Y 4JH London",
                        "  United Kingdom");
        assertThat(html(email))
                .contains(
                        "Thank you for your order " + number,
                        "Tea pot",
                        "2 &times; 12.50 GBP",
                        "25.00 GBP",
                        "28.95 GBP",
                        "Ada Lovelace<br>12 St James&#39;s Square",
                        "Tea &amp; Co");

        listener.on(new EventBatch(List.of(orderEvent(order, "order.paid")), eventTypes));

        assertThat(emails.findByOrder(order.path("id")))
                .extracting(EmailFixture.NotificationRow::status)
                .containsExactly("sent");
        assertThat(buyer.receivedEmails(server)).hasSize(1);
    }

    @Test
    void orderIsConfirmedOnlyWhenItsPendingPaymentIsPaid() {
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct(250, 10), 1);
        Response order = buyer.placeOrder("tok_async");
        String id = order.path("id");
        await().atMost(SOON).until(() -> emails.isEventHandled(id, "order.placed"));
        assertThat(emails.findByOrder(id)).isEmpty();

        PaymentWebhookSender.send(AdminApi.getOrder(id).path("payments[0].reference"), "payment.captured")
                .then()
                .statusCode(204);

        assertThat(text(buyer.awaitEmail(server))).contains("Your order is confirmed.");
        assertThat(emails.findByOrder(id))
                .extracting(EmailFixture.NotificationRow::kind)
                .containsExactly("confirmation");
    }

    @Test
    void shipmentEmailContainsItemsAndTracking() throws Exception {
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct("Tea pot", 1250, 10), 2);
        Response order = buyer.placeOrder("tok_ok");
        buyer.awaitEmail(server);
        AdminApi.orderAction(
                        order.path("id"),
                        "fulfillments",
                        Map.of(
                                "lines",
                                List.of(Map.<String, Object>of("line_id", order.path("lines[0].id"), "quantity", 1)),
                                "carrier",
                                "Royal Mail",
                                "tracking_number",
                                "RM 123",
                                "tracking_url",
                                "https://track.example/?a=1&b=\"2\""))
                .then()
                .statusCode(201);
        MimeMessage email = buyer.awaitEmails(server, 2).getLast();
        assertThat(email.getSubject()).endsWith("Your order %d is on its way".formatted(order.<Integer>path("number")));
        assertThat(text(email).lines())
                .contains(
                        "1 x Tea pot",
                        "Carrier: Royal Mail",
                        "Tracking number: RM 123",
                        "Follow your parcel: https://track.example/?a=1&b=\"2\"",
                        "  12 St James's Square");
        assertThat(html(email))
                .contains(
                        "<li>1 &times; Tea pot</li>",
                        "Royal Mail",
                        "href=\"https://track.example/?a=1&amp;b=&quot;2&quot;\"");
    }

    @Test
    void refundEmailContainsTheAmount() throws Exception {
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct(1250, 10), 2);
        Response order = buyer.placeOrder("tok_ok");
        buyer.awaitEmail(server);
        AdminApi.orderAction(
                        order.path("id"),
                        "refunds",
                        Map.of("amount", Map.of("amount", 605, "currency", "GBP"), "reason", "a scratch"))
                .then()
                .statusCode(201);
        MimeMessage email = buyer.awaitEmails(server, 2).getLast();
        assertThat(email.getSubject()).endsWith("A refund for your order %d".formatted(order.<Integer>path("number")));
        assertThat(text(email)).contains("We are refunding 6.05 GBP to you").doesNotContain("scratch");
        assertThat(html(email)).contains("<strong>6.05 GBP</strong>");
    }

    @Test
    void cancellationEmailContainsTheRefund() throws Exception {
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct(1250, 10), 2);
        Response order = buyer.placeOrder("tok_ok");
        buyer.awaitEmail(server);
        AdminApi.orderAction(order.path("id"), "cancel", Map.of("lines", line(order)))
                .then()
                .statusCode(200);
        MimeMessage partly = buyer.awaitEmails(server, 2).getLast();
        assertThat(partly.getSubject()).endsWith("A refund for your order %d".formatted(order.<Integer>path("number")));
        assertThat(text(partly)).contains("We are refunding 12.50 GBP to you");

        AdminApi.orderAction(order.path("id"), "cancel", Map.of()).then().statusCode(200);

        MimeMessage wholly = buyer.awaitEmails(server, 3).getLast();
        assertThat(wholly.getSubject()).endsWith("Your order %d is cancelled".formatted(order.<Integer>path("number")));
        assertThat(text(wholly).lines())
                .first()
                .isEqualTo("Your order %d is cancelled".formatted(order.<Integer>path("number")));
        assertThat(text(wholly)).contains("We are refunding 16.45 GBP to you");
        assertThat(html(wholly)).contains("is cancelled</h1>", "<strong>16.45 GBP</strong>");
    }

    @Test
    void onlyAReturnWithRefundSendsAnEmail() {
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct(1250, 10), 2);
        Response order = buyer.placeOrder("tok_ok");
        String id = order.path("id");
        AdminApi.orderAction(id, "fulfillments", Map.of()).then().statusCode(201);
        AdminApi.orderAction(id, "returns", Map.of("lines", line(order))).then().statusCode(201);
        AdminApi.orderAction(id, "returns", Map.of("lines", line(order), "refund", true))
                .then()
                .statusCode(201);
        assertThat(buyer.awaitEmails(server, 3))
                .anySatisfy(email -> assertThat(text(email)).contains("We are refunding 12.50 GBP to you"));
        await().atMost(SOON).untilAsserted(() -> assertThat(emails.findByOrder(id))
                .extracting(EmailFixture.NotificationRow::kind)
                .containsExactlyInAnyOrder("confirmation", "shipment", "refund"));
    }

    private static List<Map<String, Object>> line(Response order) {
        return List.of(Map.of("line_id", order.path("lines[0].id"), "quantity", 1));
    }

    @Test
    void namesAreEscapedInEmails() {
        String script = "<script>alert(1)</script>";
        Buyer buyer = Buyer.withShippingAddress(
                        productFixture.createProduct("Pot " + script + "\nTotal: 0.00 GBP", 1250, 10), 1)
                .withName("Ada " + script);
        buyer.placeOrder("tok_ok");
        MimeMessage email = buyer.awaitEmail(server);
        assertThat(html(email))
                .doesNotContain("<script")
                .contains(
                        "Pot &lt;script&gt;alert(1)&lt;/script&gt; Total: 0.00 GBP",
                        "Ada &lt;script&gt;alert(1)&lt;/script&gt;");
        assertThat(text(email).lines())
                .contains("1 x Pot " + script + " Total: 0.00 GBP, 12.50 GBP each: 12.50 GBP")
                .doesNotContain("Total: 0.00 GBP");
    }

    @Test
    void emailIsDeliveredOnceAfterAnOutageOfTheMailServer() {
        server.stop();
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct(250, 10), 1);
        String id = buyer.placeOrder("tok_ok").path("id");
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(emails.findByOrder(id)).singleElement().satisfies(email -> {
                            assertThat(email.status()).isEqualTo("pending");
                            assertThat(email.attempts()).isPositive();
                            assertThat(email.error()).contains("Connection refused");
                        }));
        server.start();
        buyer.awaitEmail(server);
        // The status is stored after the e-mail has arrived.
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(emails.findByOrder(id)).singleElement().satisfies(email -> {
                            assertThat(email.status()).isEqualTo("sent");
                            assertThat(email.attempts()).isBetween(2, MailSettingsForTests.MAX_ATTEMPTS);
                            assertThat(email.error()).isEmpty();
                        }));
    }

    @Test
    void unresponsiveMailServerTimesOut() {
        server.stop();
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct(250, 10), 1);
        String id;
        try (FailingSmtpServer _ = FailingSmtpServer.unresponsive(port)) {
            id = buyer.placeOrder("tok_ok").path("id");
            await().atMost(SOON).untilAsserted(() -> assertThat(emails.findByOrder(id))
                    .singleElement()
                    .satisfies(email -> assertThat(email.error()).startsWith("TimeoutException")));
        }
        server.start();
        buyer.awaitEmail(server);
    }

    @Test
    void rejectedEmailIsADeadLetterUntilItIsReplayed() {
        server.stop();
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct(250, 10), 1);
        String id;
        String deadLetterId;
        try (FailingSmtpServer _ = FailingSmtpServer.rejectingRecipients(port)) {
            id = buyer.placeOrder("tok_ok").path("id");
            await().atMost(SOON).untilAsserted(() -> assertThat(emails.findByOrder(id))
                    .singleElement()
                    .satisfies(email -> assertThat(email.status()).isEqualTo("failed")));
            Map<String, Object> entry = deadLetter(id);
            assertThat(entry)
                    .containsEntry("event_type", "order.placed")
                    .containsEntry("attempts", MailSettingsForTests.MAX_ATTEMPTS)
                    .hasEntrySatisfying("error", error -> assertThat(error.toString())
                            .startsWith("SMTP 550: ")
                            .contains("<[address]>: nobody of that name")
                            .doesNotContain(buyer.email()));
            deadLetterId = entry.get("id").toString();
        }
        server.start();
        assertThat(buyer.receivedEmails(server)).isEmpty();

        AdminApi.request()
                .post("/admin/v1/dead-letters/" + deadLetterId + "/replay")
                .then()
                .statusCode(202);

        buyer.awaitEmail(server);
        // The status is stored after the e-mail has arrived.
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(emails.findByOrder(id)).singleElement().satisfies(email -> {
                            assertThat(email.status()).isEqualTo("sent");
                            assertThat(email.attempts()).isEqualTo(1);
                        }));
        AdminApi.request().get("/admin/v1/dead-letters/" + deadLetterId).then().statusCode(404);
    }

    @Test
    void concurrentSendersSendEachEmailOnce() throws Exception {
        emails.pauseSending();
        String sku = productFixture.createProduct(250, 100);
        Map<Buyer, String> orders = new HashMap<>();
        for (int order = 0; order < 12; order++) {
            Buyer buyer = Buyer.withShippingAddress(sku, 1);
            orders.put(buyer, buyer.placeOrder("tok_ok").path("id"));
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(orders.values())
                .allSatisfy(id -> assertThat(emails.findByOrder(id)).hasSize(1)));
        Callable<Object> send = () -> {
            emails.send();
            return true;
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.invokeAll(IntStream.range(0, 8).mapToObj(_ -> send).toList())
                    .forEach(run -> assertThat(run.resultNow()).isEqualTo(true));
        }
        // A run that was in progress when the job was paused still sends the e-mails that it has claimed.
        await().atMost(SOON)
                .untilAsserted(() -> orders.forEach((buyer, id) -> {
                    assertThat(emails.findByOrder(id)).singleElement().satisfies(email -> {
                        assertThat(email.status()).isEqualTo("sent");
                        assertThat(email.attempts()).isEqualTo(1);
                    });
                    assertThat(buyer.receivedEmails(server)).hasSize(1);
                }));
    }

    @Test
    void emailOfADeadPodIsSentByAnotherPod() {
        emails.pauseSending();
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct(250, 10), 1);
        String id = buyer.placeOrder("tok_ok").path("id");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(emails.findByOrder(id)).hasSize(1));
        assertThat(emails.claim(100)).extracting(EmailNotification::orderId).contains(id);
        assertThat(emails.claim(100)).extracting(EmailNotification::orderId).doesNotContain(id);

        emails.expireLease(id);
        emails.resumeSending();

        buyer.awaitEmail(server);
        assertThat(emails.findByOrder(id))
                .extracting(EmailFixture.NotificationRow::attempts)
                .containsExactly(2);
    }

    @Test
    void sentEmailsAreDeletedAfterTheRetentionAndPendingOnesAreKept() {
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct(250, 10), 1);
        String sent = buyer.placeOrder("tok_ok").path("id");
        buyer.awaitEmail(server);
        emails.pauseSending();
        String unsent = Buyer.withShippingAddress(productFixture.createProduct(250, 10), 1)
                .placeOrder("tok_ok")
                .path("id");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(emails.findByOrder(unsent)).hasSize(1));
        emails.backdate(sent, "29 days");
        emails.backdate(unsent, "31 days");
        emails.prune();
        assertThat(emails.findByOrder(sent)).hasSize(1);
        emails.backdate(sent, "31 days");
        emails.prune();
        assertThat(emails.findByOrder(sent)).isEmpty();
        assertThat(emails.findByOrder(unsent)).hasSize(1);
    }

    @Test
    void emailsAreCountedByOutcome() {
        Buyer buyer = Buyer.withShippingAddress(productFixture.createProduct(250, 10), 1);
        buyer.placeOrder("tok_ok");
        buyer.awaitEmail(server);
        String metrics = given().get("/q/metrics").asString();
        assertThat(metrics)
                .containsPattern("fondaco_mail_letters_total\\{kind=\"confirmation\",outcome=\"sent\"} [1-9]")
                .contains("fondaco_mail_pending ")
                .contains("fondaco_mail_pending_age_seconds ");
        given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
    }

    /** A customer with a mail address of their own. */
    private record Buyer(Shopper shopper, String email) {
        static Buyer withShippingAddress(String sku, int quantity) {
            Buyer buyer = new Buyer(Shopper.withCart(sku, quantity), "ada-" + UUID.randomUUID() + "@example.org");
            return buyer.withName("Ada Lovelace");
        }

        Buyer withName(String name) {
            shopper.request()
                    .body(Map.of(
                            "email",
                            email,
                            "shipping_method",
                            "standard",
                            "shipping_address",
                            Map.of(
                                    "name", name,
                                    "line1", "12 St James's Square",
                                    "city", "London",
                                    "postal_code", "SW1Y 4JH",
                                    "country", "GB")))
                    .patch(shopper.path(""))
                    .then()
                    .statusCode(200);
            return this;
        }

        Response placeOrder(String token) {
            Response order = shopper.complete(token);
            assertThat(order.statusCode()).isBetween(201, 202);
            return order;
        }

        List<MimeMessage> receivedEmails(GreenMail server) {
            return List.of(server.getReceivedMessagesForDomain(email));
        }

        List<MimeMessage> awaitEmails(GreenMail server, int count) {
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(receivedEmails(server)).hasSizeGreaterThanOrEqualTo(count));
            assertThat(receivedEmails(server)).hasSize(count);
            return receivedEmails(server);
        }

        MimeMessage awaitEmail(GreenMail server) {
            return awaitEmails(server, 1).getFirst();
        }
    }

    private static Event orderEvent(Response order, String type) {
        return new Event(
                UUID.randomUUID(),
                type,
                order.path("id"),
                1_000,
                1_000,
                Instant.now(),
                """
                {"id": "%s", "number": %d, "status": "confirmed", "payment_status": "captured",
                 "fulfillment_status": "unfulfilled", "total": {"amount": 2895, "currency": "GBP"}, "facts": {}}
                """.formatted(order.<String>path("id"), order.<Integer>path("number")),
                0,
                false,
                null);
    }

    private static Map<String, Object> deadLetter(String order) {
        List<Map<String, Object>> listed = AdminApi.request()
                .queryParam("listener", "mail")
                .queryParam("limit", 100)
                .get("/admin/v1/dead-letters")
                .path("data.findAll { it.subject == '" + order + "' }");
        assertThat(listed).hasSize(1);
        return listed.getFirst();
    }

    private static String text(MimeMessage email) {
        return body(email, "text/plain");
    }

    private static String html(MimeMessage email) {
        return body(email, "text/html");
    }

    private static String body(MimeMessage email, String type) {
        try {
            return parts(email)
                    .filter(part -> is(part, type))
                    .map(MailTest::content)
                    .findFirst()
                    .orElseThrow();
        } catch (MessagingException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<Part> parts(Part whole) throws MessagingException, IOException {
        if (!(whole.getContent() instanceof Multipart many)) {
            return Stream.of(whole);
        }
        List<Part> parts = new ArrayList<>();
        for (int index = 0; index < many.getCount(); index++) {
            BodyPart part = many.getBodyPart(index);
            parts.addAll(parts(part).toList());
        }
        return parts.stream();
    }

    private static boolean is(Part part, String type) {
        try {
            return part.isMimeType(type);
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String content(Part part) {
        try {
            return part.getContent().toString();
        } catch (MessagingException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
