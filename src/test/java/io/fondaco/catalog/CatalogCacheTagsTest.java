package io.fondaco.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.CacheTag;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** A price that enters a list invalidates it; a price far outside it does not. */
class CatalogCacheTagsTest {
    private static final int MOST_TAGS = 8;

    /** The lowest and the highest price of a list, and a price between them. */
    record Range(long low, long price, long high) {}

    @Property
    void everyListSharesATagWithAPriceInItsRange(@ForAll("ranges") Range range) {
        assertThat(CatalogCacheTags.ofPriceRange("EUR", range.low(), range.high()))
                .hasSizeLessThanOrEqualTo(MOST_TAGS)
                .containsAnyElementsOf(CatalogCacheTags.ofPrice("EUR", range.price()));
    }

    @Property
    void aListWithoutUpperLimitSharesATagWithEveryHigherPrice(
            @ForAll @LongRange(max = Long.MAX_VALUE) long low, @ForAll @LongRange(max = Long.MAX_VALUE) long more) {
        long price = low + Math.min(more, Long.MAX_VALUE - low);
        assertThat(CatalogCacheTags.ofPriceRange("EUR", low, Long.MAX_VALUE))
                .hasSizeLessThanOrEqualTo(MOST_TAGS)
                .containsAnyElementsOf(CatalogCacheTags.ofPrice("EUR", price));
    }

    @Property
    void aPriceFarOutsideANarrowListSharesNoTagWithIt(
            @ForAll @LongRange(min = 1_000_000, max = 1_000_000_000) long low,
            @ForAll @LongRange(max = 1_000) long width,
            @ForAll @LongRange(min = 256, max = 1_000_000) long distance) {
        Set<CacheTag> list = CatalogCacheTags.ofPriceRange("EUR", low, low + width);
        assertThat(list).doesNotContainAnyElementsOf(CatalogCacheTags.ofPrice("EUR", low + width + distance));
        assertThat(list).doesNotContainAnyElementsOf(CatalogCacheTags.ofPrice("EUR", low - distance));
    }

    @Property
    void aPriceInAnotherCurrencySharesNoTagWithAList(@ForAll("ranges") Range range) {
        assertThat(CatalogCacheTags.ofPriceRange("EUR", range.low(), range.high()))
                .doesNotContainAnyElementsOf(CatalogCacheTags.ofPrice("CHF", range.price()));
    }

    @Test
    void aRangeUsesTheNarrowestBandsThatAtMostEightCover() {
        assertThat(CatalogCacheTags.ofPriceRange("EUR", 0, 8 * 256 - 1))
                .hasSize(8)
                .contains(new CacheTag("price-EUR-8-0"), new CacheTag("price-EUR-8-7"));
        assertThat(CatalogCacheTags.ofPriceRange("EUR", 0, 8 * 256)).containsExactly(new CacheTag("price-EUR-12-0"));
        assertThat(CatalogCacheTags.ofPriceRange("EUR", 0, Long.MAX_VALUE)).containsExactly(new CacheTag("price-EUR"));
    }

    @Property
    void slugTagsHaveAFixedFormat(@ForAll String slug) {
        assertThat(CatalogCacheTags.slug(slug).name()).matches("slug-[0-9a-f]{16}");
    }

    /** Ranges of all band widths and wider ones. */
    @Provide
    Arbitrary<Range> ranges() {
        Arbitrary<Long> lows = Arbitraries.longs().between(0, 1_000_000_000_000L);
        Arbitrary<Long> widths = Arbitraries.integers().between(0, 40).flatMap(bits -> Arbitraries.longs()
                .between(0, 1L << bits));
        return Combinators.combine(lows, widths)
                .flatAs((low, width) ->
                        Arbitraries.longs().between(low, low + width).map(price -> new Range(low, price, low + width)));
    }
}
