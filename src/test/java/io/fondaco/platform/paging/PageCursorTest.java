package io.fondaco.platform.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.platform.web.ApiException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class PageCursorTest {
    @Property
    void cursorSurvivesEncodeAndDecode(@ForAll @AlphaChars @StringLength(max = 50) String first, @ForAll long second) {
        PageCursor pageCursor = PageCursor.of("-price", first, Long.toString(second));
        assertThat(PageCursor.decode(pageCursor.encode(), "-price", 2)).contains(pageCursor);
    }

    @Property
    void arbitraryTextIsABadRequest(@ForAll @StringLength(max = 100) String text) {
        assertThatThrownBy(() -> PageCursor.decode(text, "title", 2)).isInstanceOf(ApiException.class);
    }

    @Test
    void cursorOfAnotherSortIsRefused() {
        String cursor = PageCursor.of("title", "a", "b").encode();
        assertThatThrownBy(() -> PageCursor.decode(cursor, "price", 2)).isInstanceOf(ApiException.class);
    }

    @Test
    void pageHasACursorOnlyIfThereIsANextPage() {
        assertThat(Page.fromRows(List.of(1, 2, 3), 2, last -> PageCursor.of("n", last.toString()))
                        .nextCursor())
                .isNotNull();
        assertThat(Page.fromRows(List.of(1, 2), 2, last -> PageCursor.of("n", last.toString()))
                        .nextCursor())
                .isNull();
    }
}
