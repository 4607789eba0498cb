package io.fondaco.platform.database;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.function.Function;

/** Rows as arrays of the database, one for each column, for {@code unnest}. */
public final class SqlArrays {
    private SqlArrays() {}

    /**
     * @param type of the elements, as the database names it
     * @param column what each row has in this column
     */
    public static <T> Array ofColumn(
            Connection connection, String type, Collection<T> rows, Function<? super T, ?> column) throws SQLException {
        return connection.createArrayOf(type, rows.stream().map(column).toArray());
    }
}
