package io.fondaco.platform.paging;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param data the rows, in the requested order
 * @param nextCursor opaque; null on the last page
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Page<T>(
        List<T> data,

        @Schema(description = "Send it as ?cursor= for the next page; null on the last.") @Nullable
        String nextCursor) {

    public Page {
        data = List.copyOf(data);
    }

    /**
     * Creates a page from rows that were read with one more than the limit, so that the end is known without counting.
     */
    public static <T> Page<T> fromRows(List<T> rows, int limit, Function<T, PageCursor> cursorOf) {
        if (rows.size() <= limit) {
            return new Page<>(rows, null);
        }
        List<T> page = rows.subList(0, limit);
        return new Page<>(page, cursorOf.apply(page.getLast()).encode());
    }

    public <R> Page<R> map(Function<T, R> mapping) {
        return new Page<>(data.stream().map(mapping).toList(), nextCursor);
    }
}
