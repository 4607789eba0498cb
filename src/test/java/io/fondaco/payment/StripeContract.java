package io.fondaco.payment;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.FieldNamingPolicy;
import com.google.gson.JsonObject;
import com.google.gson.annotations.SerializedName;
import com.stripe.model.Charge;
import com.stripe.model.Event;
import com.stripe.model.ExpandableField;
import com.stripe.model.PaymentIntent;
import com.stripe.model.Refund;
import com.stripe.model.RefundCollection;
import com.stripe.model.StripeError;
import com.stripe.net.ApiRequestParams;
import com.stripe.param.PaymentIntentCancelParams;
import com.stripe.param.PaymentIntentCaptureParams;
import com.stripe.param.PaymentIntentConfirmParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.PaymentIntentRetrieveParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import com.stripe.param.RefundRetrieveParams;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The contract of the Stripe endpoints that we call. The names and types of parameters and fields, and the values of
 * parameters, are read from the classes of Stripe's client, which Stripe generates from its API description, at the
 * version that the client pins. {@link StripeOpenApi} adds what these classes do not contain, from the published
 * description.
 */
final class StripeContract {
    private static final Map<String, Class<? extends ApiRequestParams>> PARAMS = Map.of(
            "create", PaymentIntentCreateParams.class,
            "retrieve", PaymentIntentRetrieveParams.class,
            "confirm", PaymentIntentConfirmParams.class,
            "capture", PaymentIntentCaptureParams.class,
            "cancel", PaymentIntentCancelParams.class,
            "refund", RefundCreateParams.class,
            "retrieve_refund", RefundRetrieveParams.class,
            "list_refunds", RefundListParams.class);

    /**
     * Required in addition to the published description: a refund could name its charge instead, but we only use
     * intents.
     */
    private static final Map<String, List<String>> EXTRA_REQUIRED_PARAMS = Map.of("refund", List.of("payment_intent"));

    /** The classes by the value of the field {@code object}. */
    private static final Map<String, Class<?>> OBJECTS = Map.of(
            "payment_intent", PaymentIntent.class,
            "refund", Refund.class,
            "charge", Charge.class,
            "event", Event.class,
            "list", RefundCollection.class);

    private StripeContract() {}

    /** The reason for which Stripe refuses a request, with its error code if there is one. */
    record InvalidRequest(String param, Optional<String> code, String message) {
        private static InvalidRequest withCode(String param, String code, String message) {
            return new InvalidRequest(param, Optional.of(code), message);
        }

        private static InvalidRequest withoutCode(String param, String message) {
            return new InvalidRequest(param, Optional.empty(), message);
        }
    }

    /**
     * Checks the names and types of parameters; empty if Stripe would accept them.
     *
     * @param operation name of the endpoint in the fake; parameters of an unknown endpoint are not checked
     */
    static Optional<InvalidRequest> validateRequest(String operation, Map<String, String> params) {
        Class<?> known = PARAMS.get(operation);
        if (known == null) {
            return Optional.empty();
        }
        Stream<InvalidRequest> wrong = params.entrySet().stream()
                .flatMap(param ->
                        validateRequest(param.getKey(), known, path(param.getKey()), param.getValue()).stream());
        Stream<InvalidRequest> missing = Stream.concat(
                        StripeOpenApi.requiredParams(operation).stream(),
                        EXTRA_REQUIRED_PARAMS.getOrDefault(operation, List.of()).stream())
                .filter(name -> !params.containsKey(name))
                .map(name ->
                        InvalidRequest.withCode(name, "parameter_missing", "Missing required param: " + name + "."));
        return Stream.concat(wrong, missing).findFirst();
    }

    /** {@code a[b][c]} is the path a, b, c. */
    private static List<String> path(String name) {
        return List.of(name.replace("]", "").split("\\[", -1));
    }

    private static Optional<InvalidRequest> validateRequest(String name, Type type, List<String> path, String value) {
        if (path.isEmpty()) {
            return validateValue(name, type, value);
        }
        List<String> rest = path.subList(1, path.size());
        Optional<Type> inner =
                switch (type) {
                    case ParameterizedType list
                    when list.getRawType() == List.class -> Optional.of(list.getActualTypeArguments()[0]);
                    case ParameterizedType map
                    when map.getRawType() == Map.class -> Optional.of(map.getActualTypeArguments()[1]);
                    // A parameter with several types; we use only metadata, which can also be cleared.
                    case Class<?> any
                    when any == Object.class && name.startsWith("metadata[") -> Optional.of(String.class);
                    case Class<?> object -> Optional.ofNullable(fields(object).get(path.getFirst()));
                    default -> Optional.empty();
                };
        return inner.isPresent()
                ? validateRequest(name, inner.get(), rest, value)
                : Optional.of(InvalidRequest.withCode(
                        name, "parameter_unknown", "Received unknown parameter: %s".formatted(name)));
    }

    private static Optional<InvalidRequest> validateValue(String name, Type type, String value) {
        if (value.isEmpty() && !name.startsWith("metadata")) {
            return Optional.of(InvalidRequest.withCode(name, "parameter_invalid_empty", "You passed an empty string."));
        }
        if (type == Long.class) {
            return value.matches("-?\\d{1,18}")
                    ? Optional.empty()
                    : Optional.of(
                            InvalidRequest.withCode(name, "parameter_invalid_integer", "Invalid integer: " + value));
        }
        if (type == Boolean.class) {
            return value.equals("true") || value.equals("false")
                    ? Optional.empty()
                    : Optional.of(InvalidRequest.withoutCode(name, "Invalid boolean: " + value));
        }
        if (type instanceof Class<?> choice && choice.isEnum()) {
            Set<String> values = jsonFields(choice).keySet();
            return values.contains(value)
                    ? Optional.empty()
                    : Optional.of(
                            InvalidRequest.withoutCode(name, "Invalid %s: must be one of %s".formatted(name, values)));
        }
        return type == String.class
                ? Optional.empty()
                : Optional.of(InvalidRequest.withoutCode(name, "Invalid %s: not a single value".formatted(name)));
    }

    /** Contract violations of a response or an event; empty if there are none. */
    static List<String> validateResponse(JsonNode answer) {
        List<String> faults = new ArrayList<>();
        if (answer.has("error")) {
            check("error", answer.path("error"), StripeError.class, faults);
            faults.addAll(StripeOpenApi.validate("answer", "error", answer));
            if (answer.size() > 1) {
                faults.add("an error with other fields beside it: " + answer);
            }
        } else {
            checkTypedObject("answer", answer, faults);
        }
        return faults;
    }

    /** Checks an object by the type in its field {@code object}. */
    private static void checkTypedObject(String where, JsonNode node, List<String> faults) {
        String name = node.path("object").asText();
        Class<?> type = OBJECTS.get(name);
        if (type == null) {
            faults.add("%s has an unknown object type: '%s'".formatted(where, name));
        } else {
            check(where, node, type, faults);
            faults.addAll(StripeOpenApi.validate(where, name, node));
        }
    }

    private static void check(String where, JsonNode node, Type type, List<String> faults) {
        if (node.isNull()) {
            return;
        }
        switch (type) {
            case ParameterizedType of -> checkParameterized(where, node, of, faults);
            case TypeVariable<?> _ -> checkTypedObject(where, node, faults);
            case Class<?> any when any == Object.class -> {
                // The client does not declare a type.
            }
            case Class<?> integer when integer == Long.class -> expect(node.isIntegralNumber(), where, node, faults);
            case Class<?> flag when flag == Boolean.class -> expect(node.isBoolean(), where, node, faults);
            case Class<?> text when text == String.class -> expect(node.isTextual(), where, node, faults);
            case Class<?> object when object == JsonObject.class -> checkTypedObject(where, node, faults);
            case Class<?> object -> checkFields(where, node, object, faults);
            default -> faults.add(where + " has an unsupported type: " + type);
        }
    }

    private static void checkParameterized(String where, JsonNode node, ParameterizedType type, List<String> faults) {
        Type[] of = type.getActualTypeArguments();
        if (type.getRawType() == ExpandableField.class) {
            if (!node.isTextual()) {
                check(where, node, of[0], faults);
            }
        } else if (type.getRawType() == List.class) {
            expect(node.isArray(), where, node, faults);
            node.forEach(element -> check(where + "[]", element, of[0], faults));
        } else {
            expect(node.isObject(), where, node, faults);
            node.properties().forEach(entry -> check(where + "." + entry.getKey(), entry.getValue(), of[1], faults));
        }
    }

    private static void checkFields(String where, JsonNode node, Class<?> type, List<String> faults) {
        if (!node.isObject()) {
            expect(false, where, node, faults);
            return;
        }
        Map<String, Type> fields = fields(type);
        node.properties().forEach(entry -> {
            Type field = fields.get(entry.getKey());
            if (field == null) {
                faults.add("%s has no field %s".formatted(where, entry.getKey()));
            } else {
                check(where + "." + entry.getKey(), entry.getValue(), field, faults);
            }
        });
    }

    private static void expect(boolean fits, String where, JsonNode node, List<String> faults) {
        if (!fits) {
            faults.add("%s is of the wrong type: %s".formatted(where, node));
        }
    }

    /** The fields of a class of the client, by their names in JSON or forms. */
    private static Map<String, Type> fields(Class<?> type) {
        Map<String, Type> fields = new HashMap<>();
        for (Class<?> part = type; part != null && part != Object.class; part = part.getSuperclass()) {
            jsonFields(part).forEach((name, field) -> fields.putIfAbsent(name, field.getGenericType()));
        }
        return fields;
    }

    private static Map<String, Field> jsonFields(Class<?> type) {
        Map<String, Field> names = new TreeMap<>();
        for (Field field : type.getDeclaredFields()) {
            int modifiers = field.getModifiers();
            if (field.isEnumConstant() || !Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers)) {
                SerializedName name = field.getAnnotation(SerializedName.class);
                names.put(
                        name == null
                                ? FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES.translateName(field)
                                : name.value(),
                        field);
            }
        }
        names.remove(ApiRequestParams.EXTRA_PARAMS_KEY);
        return names;
    }
}
