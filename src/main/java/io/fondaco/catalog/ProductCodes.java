package io.fondaco.catalog;

import java.util.Set;

/**
 * Says which codes of tax categories and shipping profiles exist, for the catalog. It is asked when a product or a
 * variant gets another code, so that a typing error is rejected instead of being taxed or sent as the default. The
 * codes {@code standard}, {@code exempt} and {@code default} always exist; the catalog does not ask about them.
 */
public interface ProductCodes {
    /** The form of every code, as a regular expression. */
    String PATTERN = "[a-z0-9_-]{1,40}";

    /** Those of the codes that are not tax categories. */
    Set<String> unknownTaxCategories(Set<String> codes);

    /** Those of the codes that are not shipping profiles. */
    Set<String> unknownShippingProfiles(Set<String> codes);

    /** Whether a text has the form of a code. */
    static boolean isCode(String text) {
        return text.matches(PATTERN);
    }
}
