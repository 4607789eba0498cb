package io.fondaco.storefront;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.catalog.Catalog.Listing;
import io.fondaco.catalog.Catalog.ListingPosition;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.ApiException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cursors of listings. */
class ProductSortOrderTest {
    private static final UUID ID = UUID.randomUUID();

    @Test
    void aCursorIsThePositionInItsOrder() {
        assertThat(after(ProductSortOrder.NEWEST_FIRST, "2026-11-30T09:00:00.123456Z"))
                .isEqualTo(new ListingPosition(Instant.parse("2026-11-30T09:00:00.123456Z"), ID));
        assertThat(after(ProductSortOrder.CHEAPEST_FIRST, "250")).isEqualTo(new ListingPosition(250L, ID));
        assertThat(after(ProductSortOrder.BY_TITLE, "Cup")).isEqualTo(new ListingPosition("Cup", ID));
        Listing first = ProductSortOrder.OLDEST_FIRST.listing("EUR", null, Optional.empty(), 5);
        assertThat(first.after()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "OLDEST_FIRST, Cup",
        "OLDEST_FIRST, +294277-01-01T00:00:00Z",
        "NEWEST_FIRST, -000001-01-01T00:00:00Z",
        "CHEAPEST_FIRST, Cup",
        "MOST_EXPENSIVE_FIRST, 9223372036854775808"
    })
    void aCursorWithAKeyThatTheDatabaseCannotStoreIsRejected(ProductSortOrder order, String key) {
        assertThatThrownBy(() -> after(order, key)).isInstanceOf(ApiException.class);
    }

    private static ListingPosition after(ProductSortOrder order, String key) {
        PageCursor cursor = PageCursor.of(order.parameter(), key, ID.toString());
        return order.listing("EUR", null, Optional.of(cursor), 5).after();
    }
}
