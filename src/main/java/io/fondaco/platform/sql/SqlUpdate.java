package io.fondaco.platform.sql;

import java.sql.PreparedStatement;
import org.hibernate.Session;

/** A statement that returns no rows; see {@link Sql#update}. */
public final class SqlUpdate extends SqlStatement<SqlUpdate> {
    SqlUpdate(Session session, NamedParameters parameters) {
        super(session, parameters);
    }

    @Override
    SqlUpdate self() {
        return this;
    }

    /** @return the number of rows that were inserted, updated or deleted */
    public int executeUpdate() {
        return run(PreparedStatement::executeUpdate);
    }
}
