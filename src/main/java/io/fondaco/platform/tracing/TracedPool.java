package io.fondaco.platform.tracing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A pool whose statements are recorded as spans while the calling thread is traced, and which is the plain pool
 * otherwise.
 */
public final class TracedPool {
    private final DataSource pool;
    private final UnaryOperator<DataSource> wrapper;
    private volatile @Nullable DataSource tracedDataSource;

    /** @param wrapper called with the first traced connection, because pools are created before the tracer */
    TracedPool(DataSource pool, UnaryOperator<DataSource> wrapper) {
        this.pool = pool;
        this.wrapper = wrapper;
    }

    public Connection getConnection() throws SQLException {
        return Tracing.isSampled() ? tracedDataSource().getConnection() : pool.getConnection();
    }

    private DataSource tracedDataSource() {
        DataSource known = tracedDataSource;
        if (known == null) {
            known = wrapper.apply(pool);
            tracedDataSource = known;
        }
        return known;
    }
}
