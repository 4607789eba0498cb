package io.fondaco.productfiles;

import static io.fondaco.productfiles.ShopifyColumns.MAX_OPTIONS;
import static io.fondaco.productfiles.ShopifyColumns.optionName;
import static io.fondaco.productfiles.ShopifyColumns.optionValue;

import io.fondaco.catalog.VariantDraft;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the options of a row in the Shopify format: their names, and the values that identify a variant. */
final class ShopifyOptions {
    static final String DEFAULT_OPTION_NAME = "Title";
    static final String DEFAULT_OPTION_VALUE = "Default Title";
    static final List<String> DEFAULT_VALUES = List.of(DEFAULT_OPTION_VALUE);

    private ShopifyOptions() {}

    /**
     * The names of the options; empty for a product without options, null if the row does not say.
     *
     * @param severalVariants if the product has several variants in the file, the default option is a real one
     */
    static @Nullable List<String> names(RowReader row, boolean severalVariants) throws InvalidCell {
        if (row.text(optionName(1)) == null) {
            return null;
        }
        List<String> options = new ArrayList<>();
        for (int option = 1; option <= MAX_OPTIONS; option++) {
            String name = row.trimmedText(optionName(option));
            if (name.isEmpty()) {
                continue;
            }
            if (options.size() < option - 1) {
                throw row.invalidCell(
                        optionName(option), "missing_option", "'%s' follows an option without a name", name);
            }
            options.add(name);
        }
        boolean isDefault = !severalVariants
                && options.size() == 1
                && options.getFirst().equals(DEFAULT_OPTION_NAME)
                && row.trimmedText(optionValue(1)).equals(DEFAULT_OPTION_VALUE);
        if (isDefault) {
            return List.of();
        }
        return options.isEmpty() ? null : options;
    }

    /**
     * One value for each option; null if the row does not say.
     *
     * @param options as {@link #names} returns them
     */
    static @Nullable List<String> values(RowReader row, @Nullable List<String> options) throws InvalidCell {
        if (row.text(optionValue(1)) == null && (options == null || options.isEmpty())) {
            return null;
        }
        if (options == null) {
            return unnamedValues(row);
        }
        List<String> values = new ArrayList<>();
        for (int option = 1; option <= MAX_OPTIONS; option++) {
            String value = row.trimmedText(optionValue(option));
            if (option <= options.size()) {
                if (value.isEmpty()) {
                    throw row.invalidCell(
                            optionValue(option),
                            "missing_option_value",
                            "The variant has no value for the option '%s'",
                            options.get(option - 1));
                }
                values.add(value);
            } else if (!value.isEmpty() && !(option == 1 && value.equals(DEFAULT_OPTION_VALUE))) {
                throw row.invalidCell(
                        optionValue(option), "option_without_name", "The option of the value '%s' has no name", value);
            }
        }
        return values;
    }

    /**
     * True if a stored product has the default option as a real one. Its rows look like those of a product without
     * options.
     */
    static boolean hasDefaultOption(List<String> options, List<VariantDraft> variants) {
        return options.equals(List.of(DEFAULT_OPTION_NAME))
                && variants.stream().anyMatch(variant -> DEFAULT_VALUES.equals(variant.optionValues()));
    }

    /**
     * Values of options that the file does not name: they belong to the product's options in their order. Null if there
     * are none.
     */
    private static @Nullable List<String> unnamedValues(RowReader row) throws InvalidCell {
        List<String> values = new ArrayList<>();
        for (int option = 1; option <= MAX_OPTIONS; option++) {
            String value = row.trimmedText(optionValue(option));
            if (value.isEmpty()) {
                continue;
            }
            if (values.size() < option - 1) {
                throw row.invalidCell(
                        optionValue(option), "missing_option_value", "'%s' follows an option without a value", value);
            }
            values.add(value);
        }
        if (values.equals(DEFAULT_VALUES)) {
            return List.of();
        }
        return values.isEmpty() ? null : values;
    }
}
