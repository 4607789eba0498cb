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
 * Connections that only migrations have, closed after them: those of requests give up after a time in which no index of a large
 * table is made, and what is set for a migration must not stay with them.
 */
final class MigrationPool {
    private static final Duration ACQUISITION_TIMEOUT = Duration.ofSeconds(5);

    /** Flyway has one for its history, one for migrations and one for callbacks. */
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
