package io.fondaco.importing;

import io.fondaco.platform.csv.Formulas;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.quarkus.security.ForbiddenException;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the query parameters that imports and exports share. */
final class Parameters {
    private Parameters() {}

    static FileKind kind(@Nullable String text) {
        for (FileKind kind : FileKind.values()) {
            if (kind.toString().equals(text)) {
                return kind;
            }
        }
        throw invalid("kind", "invalid_parameter", "kind must be products or stock, not '%s'.", shown(text));
    }

    /** Stock need not say its format. */
    static FileFormat format(@Nullable String text, FileKind kind) {
        if (text == null && kind == FileKind.STOCK) {
            return FileFormat.FONDACO;
        }
        for (FileFormat format : FileFormat.values()) {
            if (format.toString().equals(text)) {
                return format;
            }
        }
        throw invalid("format", "invalid_parameter", "format must be shopify or fondaco, not '%s'.", shown(text));
    }

    static String currency(@Nullable String text, FileKind kind, FileFormat format, String otherwise) {
        if (text == null) {
            return otherwise;
        }
        if (!kind.hasCurrency(format)) {
            throw invalid(
                    "currency", "invalid_parameter", "Only products in the format shopify take a currency%s.", "");
        }
        if (!Money.isCurrency(text)) {
            throw invalid("currency", "invalid_parameter", "'%s' is not an ISO 4217 currency.", text);
        }
        return text;
    }

    static ShopifyColumns.Names columns(@Nullable String text, FileKind kind, FileFormat format) {
        if (text != null && !(kind == FileKind.PRODUCTS && format == FileFormat.SHOPIFY)) {
            throw invalid("columns", "invalid_parameter", "Only products in the format shopify take columns%s.", "");
        }
        return oneOf("columns", text, ShopifyColumns.Names.values(), ShopifyColumns.Names.LEGACY);
    }

    static Formulas formulas(@Nullable String text) {
        return oneOf("formulas", text, Formulas.values(), Formulas.PLAIN);
    }

    private static <E extends Enum<E>> E oneOf(String name, @Nullable String text, E[] values, E otherwise) {
        if (text == null) {
            return otherwise;
        }
        for (E value : values) {
            if (value.toString().equals(text)) {
                return value;
            }
        }
        throw invalid(
                name,
                "invalid_parameter",
                name + " must be " + Arrays.stream(values).map(E::toString).collect(Collectors.joining(" or "))
                        + ", not '%s'.",
                text);
    }

    static boolean flag(String name, @Nullable String text) {
        if (text == null || text.equals("false")) {
            return false;
        }
        if (text.equals("true")) {
            return true;
        }
        throw invalid(name, "invalid_parameter", name + " must be true or false, not '%s'.", text);
    }

    /** The call is open to several scopes; which of them it takes depends on what it is about. */
    static void requireAny(SecurityContext caller, String... scopes) {
        for (String scope : scopes) {
            if (caller.isUserInRole(scope)) {
                return;
            }
        }
        throw new ForbiddenException();
    }

    private static String shown(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static ApiException invalid(String name, String code, String template, String value) {
        String detail = template.formatted(Violation.shorten(value));
        return new ApiException(400, code, detail, List.of(new Violation(name, code, detail)));
    }
}
