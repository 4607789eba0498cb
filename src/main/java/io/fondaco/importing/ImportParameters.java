package io.fondaco.importing;

import io.fondaco.platform.csv.FormulaEscaping;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.fondaco.productfiles.FileFormat;
import io.fondaco.productfiles.ShopifyColumns;
import io.quarkus.security.ForbiddenException;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the query parameters that imports and exports share. */
final class ImportParameters {
    private ImportParameters() {}

    static FileKind kind(@Nullable String text) {
        for (FileKind kind : FileKind.values()) {
            if (kind.toString().equals(text)) {
                return kind;
            }
        }
        throw invalid(
                "kind",
                "invalid_parameter",
                "kind must be products, stock, prices or tax-rates, not '%s'.",
                orEmpty(text));
    }

    /** The parameter is optional for all kinds but products; prices and tax rates have no other format. */
    static FileFormat format(@Nullable String text, FileKind kind) {
        if (text == null && kind != FileKind.PRODUCTS) {
            return FileFormat.FONDACO;
        }
        if ((kind == FileKind.PRICES || kind == FileKind.TAX_RATES)
                && !FileFormat.FONDACO.toString().equals(text)) {
            throw invalid("format", "invalid_parameter", "format must be fondaco, not '%s'.", orEmpty(text));
        }
        for (FileFormat format : FileFormat.values()) {
            if (format.toString().equals(text)) {
                return format;
            }
        }
        throw invalid("format", "invalid_parameter", "format must be shopify or fondaco, not '%s'.", orEmpty(text));
    }

    static String currency(@Nullable String text, FileKind kind, FileFormat format, String defaultCurrency) {
        if (text == null) {
            return defaultCurrency;
        }
        if (!kind.hasCurrency(format)) {
            throw invalid(
                    "currency",
                    "invalid_parameter",
                    "currency is allowed only for products in the format shopify%s.",
                    "");
        }
        if (!Money.isCurrency(text)) {
            throw invalid("currency", "invalid_parameter", "'%s' is not an ISO 4217 currency.", text);
        }
        return text;
    }

    static ShopifyColumns.TemplateVersion columns(@Nullable String text, FileKind kind, FileFormat format) {
        if (text != null && !(kind == FileKind.PRODUCTS && format == FileFormat.SHOPIFY)) {
            throw invalid(
                    "columns",
                    "invalid_parameter",
                    "columns is allowed only for products in the format shopify%s.",
                    "");
        }
        return parseEnum(
                "columns", text, ShopifyColumns.TemplateVersion.values(), ShopifyColumns.TemplateVersion.LEGACY);
    }

    static FormulaEscaping formulas(@Nullable String text) {
        return parseEnum("formulas", text, FormulaEscaping.values(), FormulaEscaping.PLAIN);
    }

    private static <E extends Enum<E>> E parseEnum(String name, @Nullable String text, E[] values, E defaultValue) {
        if (text == null) {
            return defaultValue;
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

    static boolean parseBoolean(String name, @Nullable String text) {
        if (text == null || text.equals("false")) {
            return false;
        }
        if (text.equals("true")) {
            return true;
        }
        throw invalid(name, "invalid_parameter", name + " must be true or false, not '%s'.", text);
    }

    /** The endpoint accepts several scopes; the kind of the file decides which of them the caller needs. */
    static void requireScope(SecurityContext caller, String scope) {
        if (!caller.isUserInRole(scope)) {
            throw new ForbiddenException();
        }
    }

    /** As {@link #requireScope}, for reading the state of an import. */
    static void requireVisible(FileKind kind, SecurityContext caller) {
        if (!kind.isVisibleTo(caller)) {
            throw new ForbiddenException();
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static ApiException invalid(String name, String code, String template, String value) {
        String detail = template.formatted(Violation.abbreviate(value));
        return new ApiException(400, code, detail, List.of(new Violation(name, code, detail)));
    }
}
