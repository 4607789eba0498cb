package io.fondaco.platform.postal;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Regions of a country: states, provinces, counties. A region is compared by the part of its ISO 3166-2 code after the
 * country, {@code CA} for {@code US-CA}. The regions of the United States and Canada are known by code and name; of
 * other countries every code of one to three letters and digits is accepted.
 */
public final class Regions {
    private static final Pattern CODE = Pattern.compile("[A-Z0-9]{1,3}");
    private static final Pattern NOT_LETTERS = Pattern.compile("[^A-Z]");

    /** Source: ISO 3166-2, with the territories and the military addresses of the postal services. */
    private static final Map<String, Map<String, String>> CODES_BY_NAME =
            Map.of("US", codesByName("""
            AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware,
            DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa,
            KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota,
            MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey,
            NM New Mexico, NY New York, NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon,
            PA Pennsylvania, RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah,
            VT Vermont, VA Virginia, WA Washington, WV West Virginia, WI Wisconsin, WY Wyoming, AS American Samoa,
            GU Guam, MP Northern Mariana Islands, PR Puerto Rico, UM United States Minor Outlying Islands,
            VI US Virgin Islands, AA Armed Forces Americas, AE Armed Forces Europe, AP Armed Forces Pacific
            """), "CA", codesByName("""
            AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador,
            NS Nova Scotia, NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec,
            SK Saskatchewan, YT Yukon
            """));

    private Regions() {}

    private static Map<String, String> codesByName(String list) {
        Map<String, String> codes = new HashMap<>();
        Arrays.stream(list.split(",", -1)).map(String::strip).forEach(region -> {
            String code = region.substring(0, 2);
            codes.put(lettersOf(region.substring(2)), code);
        });
        return Map.copyOf(codes);
    }

    private static String lettersOf(String name) {
        String withoutAccents = Normalizer.normalize(name, Normalizer.Form.NFD).toUpperCase(Locale.ROOT);
        return NOT_LETTERS.matcher(withoutAccents).replaceAll("");
    }

    /**
     * The region as it is compared: in capitals, without the country before it, and the code for a name that is known.
     *
     * @param country ISO 3166-1 alpha-2
     * @param region as in addresses
     */
    public static String normalize(String country, String region) {
        String text = region.strip().toUpperCase(Locale.ROOT);
        String code = text.startsWith(country + "-") ? text.substring(country.length() + 1) : text;
        return CODES_BY_NAME.getOrDefault(country, Map.of()).getOrDefault(lettersOf(code), code);
    }

    /**
     * Whether this is a region of the country, as far as is known.
     *
     * @param region as {@link #normalize} returns it
     */
    public static boolean isKnown(String country, String region) {
        Map<String, String> known = CODES_BY_NAME.get(country);
        return known == null ? CODE.matcher(region).matches() : known.containsValue(region);
    }
}
