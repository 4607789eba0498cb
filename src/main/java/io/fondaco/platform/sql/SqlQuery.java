package io.fondaco.platform.sql;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hibernate.Session;

/** A statement that returns rows; see {@link Sql#query}. */
public final class SqlQuery<T> extends SqlStatement<SqlQuery<T>> {
    private final RowMapper<T> mapper;
    private final ObjectMapper json;

    SqlQuery(Session session, NamedParameters parameters, RowMapper<T> mapper, ObjectMapper json) {
        super(session, parameters);
        this.mapper = mapper;
        this.json = json;
    }

    @Override
    SqlQuery<T> self() {
        return this;
    }

    public List<T> getResultList() {
        return run(statement -> {
            try (ResultSet rows = statement.executeQuery()) {
                List<T> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(mapper.read(rows, json));
                }
                return found;
            }
        });
    }

    /** @throws IllegalStateException if there is more than one row */
    public Optional<T> uniqueResultOptional() {
        List<T> rows = getResultList();
        if (rows.size() > 1) {
            throw new IllegalStateException("%d rows instead of one".formatted(rows.size()));
        }
        return rows.stream().findFirst();
    }

    /** @throws IllegalStateException if there is not exactly one row */
    public T getSingleResult() {
        return uniqueResultOptional().orElseThrow(() -> new IllegalStateException("No row instead of one"));
    }
}
