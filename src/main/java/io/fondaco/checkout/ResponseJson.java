package io.fondaco.checkout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

/** Builds responses as JSON text, as they are stored for replay. */
@ApplicationScoped
public class ResponseJson {
    private static final int FIRST_ERROR = 400;

    private final ObjectMapper json;
    private final RequestId requestId;

    ResponseJson(ObjectMapper json, RequestId requestId) {
        this.json = json;
        this.requestId = requestId;
    }

    public String write(Object value) {
        return Json.write(json, value);
    }

    /** A problem response that is stored and committed together with a state change, so it cannot be an exception. */
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
     * The order token, derived from the cart token. A replay can return it again although only its hash is stored.
     */
    static String orderToken(String cartToken) {
        byte[] derived = Secret.hash("fondaco order token of " + cartToken);
        return "order_" + Base64.getUrlEncoder().withoutPadding().encodeToString(derived);
    }

    /** Adds the order token to an order response. Returns a problem unchanged. */
    IdempotentResponse withOrderToken(IdempotentResponse response, String cartToken) {
        if (response.status() >= FIRST_ERROR) {
            return response;
        }
        ObjectNode order = read(response);
        order.put("order_token", orderToken(cartToken));
        return new IdempotentResponse(response.status(), write(order));
    }

    /** Adds the payment action to an order response. */
    IdempotentResponse withPaymentAction(IdempotentResponse response, Payment payment, PaymentAction action) {
        ObjectNode order = read(response);
        order.putPOJO("payment", new CompletedOrder.PaymentTask(payment.provider(), action));
        return new IdempotentResponse(response.status(), write(order));
    }

    private ObjectNode read(IdempotentResponse response) {
        try {
            return (ObjectNode) json.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored response does not parse", e);
        }
    }
}
