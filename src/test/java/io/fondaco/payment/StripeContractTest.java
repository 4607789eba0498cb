package io.fondaco.payment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract that the fake Stripe is checked against must itself detect violations. */
class StripeContractTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String REFUND = """
            {"object": "refund", "id": "re_1", "amount": 5, "created": 1, "currency": "gbp", "payment_intent": "pi_1",
             "metadata": {"fondaco_refund": "refund_1"}, "status": "succeeded"}""";

    @ParameterizedTest
    @CsvSource({
        "create, amount, 12.5, parameter_invalid_integer",
        "create, amonut, 5, parameter_unknown",
        "create, currency, '', parameter_invalid_empty",
        "create, automatic_payment_methods[enabeld], true, parameter_unknown",
        "create, automatic_payment_methods[enabled], yes, ",
        "create, automatic_payment_methods[allow_redirects], sometimes, ",
        "create, automatic_payment_methods, true, ",
        "create, capture_method, later, ",
        "create, metadata[a][b], c, parameter_unknown",
        "confirm, amount, 5, parameter_unknown",
        "capture, amount, 5, parameter_unknown",
        "cancel, cancellation_reason, boredom, ",
        "refund, reason, boredom, ",
        "list_refunds, limit, many, parameter_invalid_integer"
    })
    void invalidParametersAreRejected(String operation, String name, String value, String code) {
        Map<String, String> validParams =
                switch (operation) {
                    case "create" -> Map.of("amount", "5", "currency", "gbp");
                    case "refund" -> Map.of("payment_intent", "pi_1");
                    default -> Map.of();
                };
        assertThat(StripeContract.validateRequest(operation, validParams)).isEmpty();
        Map<String, String> params = new TreeMap<>(validParams);
        params.put(name, value);
        assertThat(StripeContract.validateRequest(operation, params)).hasValueSatisfying(invalidRequest -> {
            assertThat(invalidRequest.param()).isEqualTo(name);
            assertThat(invalidRequest.code().orElse(null)).isEqualTo(code);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "create, automatic_payment_methods[allow_redirects], never",
        "create, metadata[fondaco_payment], payment_1",
        "create, capture_method, automatic_async",
        "create, payment_method_types[0], card",
        "confirm, confirmation_token, ctoken_1",
        "confirm, return_url, https://shop.example",
        "refund, metadata[fondaco_refund], refund_1"
    })
    void validParametersAreAccepted(String operation, String name, String value) {
        Map<String, String> params = Map.of(
                        "create", Map.of("amount", "5", "currency", "gbp"), "refund", Map.of("payment_intent", "pi_1"))
                .getOrDefault(operation, Map.of());
        Map<String, String> more = new TreeMap<>(params);
        more.put(name, value);
        assertThat(StripeContract.validateRequest(operation, more)).isEmpty();
    }

    @Test
    void missingRequiredParameterIsReported() {
        assertThat(StripeContract.validateRequest("create", Map.of("amount", "5")))
                .hasValueSatisfying(
                        invalidRequest -> assertThat(invalidRequest.code()).hasValue("parameter_missing"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "created    | null                      | answer.created: null found, integer expected",
                "status     | 5                         | answer.status: integer found, string expected",
                "amount     | \"5\"                     | answer.amount is of the wrong type: \"5\"",
                "amount     | 5.5                       | answer.amount is of the wrong type: 5.5",
                "metadata   | {\"a\": 1}                | answer.metadata.a is of the wrong type: 1",
                "stauts     | \"succeeded\"             | answer has no field stauts",
                "object     | \"reimbursement\"         | answer has an unknown object type: 'reimbursement'",
                "charge     | 7                         | answer.charge is of the wrong type: 7"
            })
    void invalidResponseFieldsAreReported(String field, String value, String fault) throws Exception {
        ObjectNode refund = (ObjectNode) JSON.readTree(REFUND);
        assertThat(StripeContract.validateResponse(refund)).isEmpty();
        refund.set(field, JSON.readTree(value));
        assertThat(StripeContract.validateResponse(refund)).contains(fault);
        assertThat(StripeContract.validateResponse(event(refund))).isNotEmpty();
        assertThat(StripeContract.validateResponse(list(refund))).isNotEmpty();
    }

    @Test
    void requiredFieldsAndEnumValuesAreChecked() throws Exception {
        ObjectNode refund = (ObjectNode) JSON.readTree(REFUND);
        refund.remove("currency");
        assertThat(StripeContract.validateResponse(refund))
                .containsExactly("answer: required property 'currency' not found");
        ObjectNode intent = (ObjectNode) JSON.readTree("""
                {"object": "payment_intent", "id": "pi_1", "amount": 5, "created": 1, "currency": "gbp", \
                "livemode": false,
                 "capture_method": "manual", "confirmation_method": "automatic", "payment_method_types": ["card"],
                 "status": "succeeded"}""");
        assertThat(StripeContract.validateResponse(intent)).isEmpty();
        intent.put("status", "paid");
        assertThat(StripeContract.validateResponse(intent))
                .singleElement()
                .asString()
                .startsWith("answer.status: does not have a value in the enumeration");
    }

    @Test
    void eventsListsAndErrorsAreValidated() throws Exception {
        ObjectNode refund = (ObjectNode) JSON.readTree(REFUND);
        assertThat(StripeContract.validateResponse(event(refund))).isEmpty();
        assertThat(StripeContract.validateResponse(list(refund))).isEmpty();
        assertThat(StripeContract.validateResponse(
                        JSON.readTree("{\"error\": {\"type\": \"no_error\", \"mesage\": \"\"}}")))
                .contains("error has no field mesage")
                .anySatisfy(fault -> assertThat(fault)
                        .contains("answer.error.type")
                        .contains("does not have a value in the enumeration"));
    }

    private static ObjectNode event(ObjectNode object) throws Exception {
        ObjectNode event = (ObjectNode) JSON.readTree("""
                        {"object": "event", "id": "evt_1", "created": 1, "livemode": false, "pending_webhooks": 1,
                         "type": "refund.created", "data": {}}""");
        ((ObjectNode) event.path("data")).set("object", object);
        return event;
    }

    private static ObjectNode list(ObjectNode element) {
        ObjectNode list = JSON.createObjectNode();
        list.put("object", "list").put("has_more", false).put("url", "/v1/refunds");
        list.putArray("data").add(element);
        return list;
    }
}
