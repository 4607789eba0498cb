package io.fondaco.platform.database;

import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.fondaco.platform.topology.FailoverExceptionSorter;
import io.quarkus.agroal.runtime.JdbcDriver;
import io.quarkus.arc.Unremovable;
import io.quarkus.jdbc.postgresql.runtime.PostgreSQLAgroalConnectionConfigurer;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;

/**
 * Sets our exception sorter for broken connections on the primary's pool, and enables its metrics, which count waiting
 * threads.
 */
@Singleton
@Alternative
@Priority(1)
@Unremovable
@JdbcDriver("postgresql")
class PrimaryPoolConfigurer extends PostgreSQLAgroalConnectionConfigurer {
    @Override
    public void setExceptionSorter(String databaseKind, AgroalDataSourceConfigurationSupplier configuration) {
        configuration.connectionPoolConfiguration().exceptionSorter(new FailoverExceptionSorter());
        configuration.metricsEnabled(true);
    }
}
