package io.fondaco.platform.sql;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.context.ApplicationScoped;
import org.hibernate.Session;

/**
 * Native SQL with named parameters, on the connection of the current Hibernate session: in the caller's transaction and
 * on its route. Exceptions are those of Hibernate. It is used instead of Hibernate's own native queries, which build
 * their parameters and result mapping again for each execution (ADR 23).
 *
 * <p>It does not flush the session, so entities must be flushed where they are persisted.
 */
@ApplicationScoped
public class Sql {
    private final Session session;
    private final ObjectMapper json;

    Sql(Session session, ObjectMapper json) {
        this.session = session;
        this.json = json;
    }

    /**
     * A statement that returns rows.
     *
     * @param text with parameters like {@code :name}
     * @param row a record whose components are the columns, by position; a column that is read as a list or as a record
     *     of its own is JSON
     */
    public <T extends Record> SqlQuery<T> query(String text, Class<T> row) {
        return new SqlQuery<>(session, NamedParameters.parse(text), RowMapper.of(row), json);
    }

    /** A statement that returns no rows. */
    public SqlUpdate update(String text) {
        return new SqlUpdate(session, NamedParameters.parse(text));
    }
}
