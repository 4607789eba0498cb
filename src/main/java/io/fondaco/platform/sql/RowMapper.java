package io.fondaco.platform.sql;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;
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

    private final Class<T> row;
    private final MethodHandle constructor;
    private final Column[] columns;

    /** Reads a column; null if it is null. */
    private interface Column {
        @Nullable
        Object read(ResultSet rows, int position) throws SQLException;
    }

    private RowMapper(Class<T> row) {
        this.row = row;
        Class<?>[] types = Arrays.stream(row.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        this.columns = Arrays.stream(types).map(RowMapper::column).toArray(Column[]::new);
        try {
            Constructor<T> canonical = row.getDeclaredConstructor(types);
            this.constructor = MethodHandles.privateLookupIn(row, MethodHandles.lookup())
                    .unreflectConstructor(canonical)
                    .asSpreader(Object[].class, types.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("Not a record that can be created: " + row, e);
        }
    }

    /** @throws IllegalArgumentException if a component has a type that no column is read as */
    @SuppressWarnings("unchecked")
    static <T> RowMapper<T> of(Class<T> row) {
        return (RowMapper<T>) MAPPERS.get(row);
    }

    T read(ResultSet rows) throws SQLException {
        @Nullable Object[] values = new Object[columns.length];
        for (int index = 0; index < columns.length; index++) {
            values[index] = columns[index].read(rows, index + 1);
        }
        try {
            return row.cast((Object) constructor.invokeExact(values));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("Cannot create " + row, e);
        }
    }

    private static Column column(Class<?> type) {
        return switch (type.getSimpleName()) {
            case "UUID" -> (rows, position) -> rows.getObject(position, UUID.class);
            case "String" -> ResultSet::getString;
            case "long" -> ResultSet::getLong;
            case "int" -> ResultSet::getInt;
            case "boolean" -> ResultSet::getBoolean;
            case "double" -> ResultSet::getDouble;
            case "Long" -> (rows, position) -> nullable(rows, rows.getLong(position));
            case "Integer" -> (rows, position) -> nullable(rows, rows.getInt(position));
            case "Boolean" -> (rows, position) -> nullable(rows, rows.getBoolean(position));
            case "Double" -> (rows, position) -> nullable(rows, rows.getDouble(position));
            case "BigDecimal" -> ResultSet::getBigDecimal;
            case "Instant" -> (rows, position) -> instant(rows.getObject(position, OffsetDateTime.class));
            case "LocalDate" -> (rows, position) -> rows.getObject(position, LocalDate.class);
            case "String[]" -> (rows, position) -> texts(rows.getArray(position));
            case "byte[]" -> ResultSet::getBytes;
            default -> throw new IllegalArgumentException("A column is not read as " + type);
        };
    }

    private static @Nullable Object nullable(ResultSet rows, Object value) throws SQLException {
        return rows.wasNull() ? null : value;
    }

    private static @Nullable Object texts(@Nullable Array array) throws SQLException {
        return array == null ? null : array.getArray();
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
