package io.fondaco.checkout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fondaco.order.OrderId;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentAction;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Json;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers as JSON text, as they are kept for replays. */
@ApplicationScoped
class ResponseJson {
    private static final int FIRST_ERROR = 400;

    private final ObjectMapper json;
    private final RequestId requestId;

    ResponseJson(ObjectMapper json, RequestId requestId) {
        this.json = json;
        this.requestId = requestId;
    }

    String write(Object value) {
        return Json.write(json, value);
    }

    /** A problem that is an answer of its own, because something was written down with it. */
    IdempotentResponse problemResponse(ApiException e, String title) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "urn:fondaco:problem:" + e.code());
        problem.put("title", title);
        problem.put("status", e.status());
        problem.put("code", e.code());
        problem.put("detail", e.getMessage() == null ? "" : e.getMessage());
        if (!e.violations().isEmpty()) {
            problem.put("errors", e.violations());
        }
        problem.put("trace_id", requestId.value());
        return new IdempotentResponse(e.status(), write(problem));
    }

    /**
     * The token that opens the order, derived from the cart's: whoever completed the cart can be told it again, and
     * nothing but its hash is kept.
     */
    static String orderToken(String cartToken) {
        byte[] derived = Secret.hash("fondaco order token of " + cartToken);
        return "order_" + Base64.getUrlEncoder().withoutPadding().encodeToString(derived);
    }

    /** Adds the order token to an order's answer; leaves a problem as it is. */
    IdempotentResponse withOrderToken(IdempotentResponse answer, String cartToken) {
        if (answer.status() >= FIRST_ERROR) {
            return answer;
        }
        ObjectNode order = read(answer);
        order.put("order_token", orderToken(cartToken));
        return new IdempotentResponse(answer.status(), write(order));
    }

    /** Adds to an order's answer what its payment waits for. */
    IdempotentResponse withPaymentAction(IdempotentResponse answer, Payment payment, PaymentAction action) {
        ObjectNode order = read(answer);
        order.putPOJO("payment", new CompletedOrder.PaymentTask(payment.provider(), action));
        return new IdempotentResponse(answer.status(), write(order));
    }

    /** The order that an answer is about. */
    OrderId orderId(IdempotentResponse answer) {
        return OrderId.parse(read(answer).path("id").asText());
    }

    private ObjectNode read(IdempotentResponse answer) {
        try {
            return (ObjectNode) json.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored answer does not parse", e);
        }
    }
}
