package io.fondaco.order;

import io.fondaco.platform.paging.PageCursor;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The filter of an order list. Its query contains only the requested conditions, so that an index can serve it. */
record OrderFilter(
        Optional<OrderStatus> status,
        Optional<String> email,
        Optional<Long> number,
        Optional<Instant> createdFrom,
        Optional<Instant> createdBefore,
        Optional<PageCursor> cursor,
        int limit) {
    static final String SORT = "-created_at";
    private static final int CURSOR_KEYS = 2;

    static Optional<PageCursor> cursor(@Nullable String text) {
        return PageCursor.decode(text, SORT, CURSOR_KEYS);
    }

    static PageCursor cursorAfter(OrderSummary last) {
        return PageCursor.of(
                SORT, last.createdAt().toString(), last.id().value().toString());
    }

    String whereClause() {
        List<String> conditions = new ArrayList<>();
        status.ifPresent(_ -> conditions.add("status = :status"));
        email.ifPresent(_ -> conditions.add("lower(email) = lower(:email)"));
        number.ifPresent(_ -> conditions.add("number = :number"));
        createdFrom.ifPresent(_ -> conditions.add("created_at >= :created_from"));
        createdBefore.ifPresent(_ -> conditions.add("created_at < :created_before"));
        cursor.ifPresent(_ -> conditions.add("(created_at, id) < (:cursor_created, :cursor_id)"));
        return conditions.isEmpty() ? "" : "WHERE " + String.join(" AND ", conditions);
    }

    Map<String, Object> parameters() {
        Map<String, Object> values = new LinkedHashMap<>();
        status.ifPresent(value -> values.put("status", value.column()));
        email.ifPresent(value -> values.put("email", value));
        number.ifPresent(value -> values.put("number", value));
        createdFrom.ifPresent(value -> values.put("created_from", value));
        createdBefore.ifPresent(value -> values.put("created_before", value));
        cursor.ifPresent(pageCursor -> putCursor(values, pageCursor));
        values.put("limit", limit + 1);
        return values;
    }

    private static void putCursor(Map<String, Object> values, PageCursor pageCursor) {
        try {
            values.put("cursor_created", Instant.parse(pageCursor.keys().getFirst()));
            values.put("cursor_id", UUID.fromString(pageCursor.keys().getLast()));
        } catch (DateTimeParseException | IllegalArgumentException _) {
            throw PageCursor.invalidCursor();
        }
    }
}
