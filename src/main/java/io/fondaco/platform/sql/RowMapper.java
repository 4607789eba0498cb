package io.fondaco.platform.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Creates a record from the columns of a row, by position. */
final class RowMapper<T> {
    private static final ClassValue<RowMapper<?>> MAPPERS = new ClassValue<>() {
        @Override
        protected RowMapper<?> computeValue(Class<?> row) {
            return new RowMapper<>(row);
        }
    };

    /** Columns of any other type are JSON. */
    private static final Map<Class<?>, Column> COLUMNS = Map.ofEntries(
            Map.entry(UUID.class, (rows, position, _) -> rows.getObject(position, UUID.class)),
            Map.entry(String.class, (rows, position, _) -> rows.getString(position)),
            Map.entry(long.class, (rows, position, _) -> rows.getLong(position)),
            Map.entry(int.class, (rows, position, _) -> rows.getInt(position)),
            Map.entry(boolean.class, (rows, position, _) -> rows.getBoolean(position)),
            Map.entry(double.class, (rows, position, _) -> rows.getDouble(position)),
            Map.entry(Long.class, (rows, position, _) -> nullable(rows, rows.getLong(position))),
            Map.entry(Integer.class, (rows, position, _) -> nullable(rows, rows.getInt(position))),
            Map.entry(Boolean.class, (rows, position, _) -> nullable(rows, rows.getBoolean(position))),
            Map.entry(Double.class, (rows, position, _) -> nullable(rows, rows.getDouble(position))),
            Map.entry(BigDecimal.class, (rows, position, _) -> rows.getBigDecimal(position)),
            Map.entry(LocalDate.class, (rows, position, _) -> rows.getObject(position, LocalDate.class)),
            Map.entry(Instant.class, (rows, position, _) -> instant(rows.getObject(position, OffsetDateTime.class))),
            Map.entry(String[].class, (rows, position, _) -> array(rows.getArray(position))),
            Map.entry(byte[].class, (rows, position, _) -> rows.getBytes(position)));

    private final Class<T> row;
    private final MethodHandle constructor;
    private final Column[] columns;

    /** Reads a column; null if it is null. */
    private interface Column {
        @Nullable
        Object read(ResultSet rows, int position, ObjectMapper json) throws SQLException;
    }

    private RowMapper(Class<T> row) {
        this.row = row;
        RecordComponent[] components = row.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        this.columns = Arrays.stream(components)
                .map(component -> column(component.getType(), component.getGenericType()))
                .toArray(Column[]::new);
        try {
            this.constructor = MethodHandles.privateLookupIn(row, MethodHandles.lookup())
                    .unreflectConstructor(row.getDeclaredConstructor(types))
                    .asSpreader(Object[].class, types.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("Not a record that can be created: " + row, e);
        }
    }

    @SuppressWarnings("unchecked")
    static <T> RowMapper<T> of(Class<T> row) {
        return (RowMapper<T>) MAPPERS.get(row);
    }

    T read(ResultSet rows, ObjectMapper json) throws SQLException {
        @Nullable Object[] values = new Object[columns.length];
        for (int index = 0; index < columns.length; index++) {
            values[index] = columns[index].read(rows, index + 1, json);
        }
        try {
            return row.cast((Object) constructor.invokeExact(values));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("Cannot create " + row, e);
        }
    }

    private static Column column(Class<?> type, Type genericType) {
        Column column = COLUMNS.get(type);
        if (column != null) {
            return column;
        }
        JavaType jsonType = TypeFactory.defaultInstance().constructType(genericType);
        return (rows, position, json) -> parse(rows.getString(position), jsonType, json);
    }

    private static @Nullable Object parse(@Nullable String text, JavaType type, ObjectMapper json) {
        try {
            return text == null ? null : json.readValue(text, type);
        } catch (JsonProcessingException _) {
            // The JSON may contain secrets, and the exception would quote it.
            throw new IllegalStateException("Cannot parse stored JSON as " + type);
        }
    }

    private static @Nullable Object nullable(ResultSet rows, Object value) throws SQLException {
        return rows.wasNull() ? null : value;
    }

    private static @Nullable Object array(@Nullable Array array) throws SQLException {
        return array == null ? null : array.getArray();
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
