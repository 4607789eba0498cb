package io.fondaco.platform.migrations;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.fondaco.platform.database.PrimaryDriver;
import io.fondaco.platform.topology.DatabaseSettings;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A pool for migrations only, closed after them. The connections of requests time out before an index of a large table
 * is built, and the session settings of migrations must not reach requests.
 */
final class MigrationPool {
    private static final Duration ACQUISITION_TIMEOUT = Duration.ofSeconds(5);

    /** Flyway uses one connection for its history, one for migrations and one for callbacks. */
    private static final int SIZE = 5;

    private MigrationPool() {}

    static AgroalDataSource open(DatabaseSettings settings) throws SQLException {
        return AgroalDataSource.from(
                new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration(pool -> pool.maxSize(SIZE)
                        .minSize(0)
                        .acquisitionTimeout(ACQUISITION_TIMEOUT)
                        .connectionFactoryConfiguration(factory -> factory.connectionProviderClass(PrimaryDriver.class)
                                .jdbcUrl(DatabaseSettings.required(settings.primaryUrl()))
                                .principal(new NamePrincipal(DatabaseSettings.required(settings.username())))
                                .credential(new SimplePassword(DatabaseSettings.required(settings.password())))
                                .jdbcProperty("ApplicationName", "fondaco-migrations")
                                .jdbcProperty("connectTimeout", "1")
                                .jdbcProperty("loginTimeout", "1")
                                .jdbcProperty("tcpKeepAlive", "true")
                                .jdbcProperty("logServerErrorDetail", "false")
                                .jdbcProperty("options", "-c idle_in_transaction_session_timeout=60s"))));
    }
}
