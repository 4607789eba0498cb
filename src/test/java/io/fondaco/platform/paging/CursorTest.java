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

class CursorTest {
    @Property
    void aCursorComesBack(@ForAll @AlphaChars @StringLength(max = 50) String first, @ForAll long second) {
        Cursor cursor = Cursor.of("-price", first, Long.toString(second));
        assertThat(Cursor.decode(cursor.encode(), "-price", 2)).contains(cursor);
    }

    @Property
    void anythingElseIsABadRequestAndNothingWorse(@ForAll @StringLength(max = 100) String text) {
        assertThatThrownBy(() -> Cursor.decode(text, "title", 2)).isInstanceOf(ApiException.class);
    }

    @Test
    void aCursorOfAnotherSortIsRefused() {
        String cursor = Cursor.of("title", "a", "b").encode();
        assertThatThrownBy(() -> Cursor.decode(cursor, "price", 2)).isInstanceOf(ApiException.class);
    }

    @Test
    void aPageKnowsWhetherThereIsANextOne() {
        assertThat(Page.cut(List.of(1, 2, 3), 2, last -> Cursor.of("n", last.toString()))
                        .nextCursor())
                .isNotNull();
        assertThat(Page.cut(List.of(1, 2), 2, last -> Cursor.of("n", last.toString()))
                        .nextCursor())
                .isNull();
    }
}
