package io.fondaco.platform.sql;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.function.Function;

/** Converts rows to SQL arrays, one per column, for {@code unnest}. */
public final class SqlArrays {
    private SqlArrays() {}

    /**
     * @param type the SQL type of the elements
     * @param column returns a row's value of this column
     */
    public static <T> Array ofColumn(
            Connection connection, String type, Collection<T> rows, Function<? super T, ?> column) throws SQLException {
        return connection.createArrayOf(type, rows.stream().map(column).toArray());
    }
}
