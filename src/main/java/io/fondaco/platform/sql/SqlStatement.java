package io.fondaco.platform.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/**
 * A statement and its parameters. Each parameter is set once.
 *
 * @param <S> the statement itself
 */
public abstract sealed class SqlStatement<S extends SqlStatement<S>> permits SqlQuery, SqlUpdate {
    private static final Object UNSET = new Object();

    private final Session session;
    private final NamedParameters parameters;
    private final @Nullable Object[] values;
    private int timeoutSeconds;

    SqlStatement(Session session, NamedParameters parameters) {
        this.session = session;
        this.parameters = parameters;
        this.values = new Object[parameters.names().size()];
        Arrays.fill(values, UNSET);
    }

    abstract S self();

    /**
     * Sets a parameter: a text, number, boolean, UUID, instant, {@code byte[]}, or an array of objects for
     * {@code unnest}.
     *
     * @param value null needs a cast in the statement
     * @throws IllegalArgumentException if the statement has no such parameter
     */
    public S setParameter(String name, @Nullable Object value) {
        List<String> names = parameters.names();
        boolean found = false;
        for (int index = 0; index < values.length; index++) {
            if (names.get(index).equals(name)) {
                values[index] = value;
                found = true;
            }
        }
        if (!found) {
            throw new IllegalArgumentException("The statement has no parameter :" + name);
        }
        return self();
    }

    /** Limits the duration of the statement, which is canceled then; in whole seconds, rounded up. */
    public S timeout(Duration limit) {
        timeoutSeconds = Math.toIntExact(limit.plusMillis(999).toSeconds());
        return self();
    }

    /** What a prepared statement is executed for. */
    interface Execution<R> {
        R execute(PreparedStatement statement) throws SQLException;
    }

    <R> R run(Execution<R> execution) {
        return session.doReturningWork(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(parameters.jdbcText())) {
                for (int index = 0; index < values.length; index++) {
                    bind(connection, statement, index);
                }
                if (timeoutSeconds > 0) {
                    statement.setQueryTimeout(timeoutSeconds);
                }
                return execution.execute(statement);
            }
        });
    }

    private void bind(Connection connection, PreparedStatement statement, int index) throws SQLException {
        int position = index + 1;
        switch (values[index]) {
            case null -> statement.setNull(position, Types.NULL);
            case String text -> statement.setString(position, text);
            case Long number -> statement.setLong(position, number);
            case Integer number -> statement.setInt(position, number);
            case Boolean bool -> statement.setBoolean(position, bool);
            case Double number -> statement.setDouble(position, number);
            case Instant instant -> statement.setObject(position, instant.atOffset(ZoneOffset.UTC));
            case byte[] bytes -> statement.setBytes(position, bytes);
            case Object[] array ->
                statement.setArray(position, connection.createArrayOf(elementType(array.getClass()), array));
            case Object value
            when value == UNSET ->
                throw new IllegalStateException("The parameter :%s is not set"
                        .formatted(parameters.names().get(index)));
            case Object value -> statement.setObject(position, value);
        }
    }

    private static String elementType(Class<?> array) {
        return switch (array.getComponentType().getSimpleName()) {
            case "UUID" -> "uuid";
            case "String" -> "text";
            case "Long" -> "int8";
            case "Integer" -> "int4";
            case "Short" -> "int2";
            case "Double" -> "float8";
            case "Boolean" -> "bool";
            case "Instant" -> "timestamptz";
            default -> throw new IllegalArgumentException("No SQL type for the elements of " + array);
        };
    }
}
