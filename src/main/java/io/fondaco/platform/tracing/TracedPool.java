package io.fondaco.platform.tracing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A pool that tells of its statements where they are a part of something traced, and is the plain pool everywhere else. */
public final class TracedPool {
    private final DataSource pool;
    private final UnaryOperator<DataSource> wrapper;
    private volatile @Nullable DataSource tracedDataSource;

    /** @param wrapping asked when the first traced request comes: pools are made before there is anything to trace with */
    TracedPool(DataSource pool, UnaryOperator<DataSource> wrapping) {
        this.pool = pool;
        this.wrapper = wrapping;
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
