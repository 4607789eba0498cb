package io.fondaco.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

class DatabaseFailureTest {
    @ParameterizedTest
    @CsvSource({
        "08006, UNAVAILABLE",
        "57P01, UNAVAILABLE",
        "53300, UNAVAILABLE",
        "53100, INSUFFICIENT_RESOURCES",
        "53200, INSUFFICIENT_RESOURCES",
        "40001, TRANSIENT_CONFLICT",
        "40P01, TRANSIENT_CONFLICT",
        "55P03, TRANSIENT_CONFLICT",
        "57014, STATEMENT_TIMEOUT",
        "25006, READ_ONLY_VIOLATION",
        "23505, OTHER"
    })
    void sqlStateIsClassified(String state, DatabaseFailure expected) {
        assertThat(DatabaseFailure.classify(new IllegalStateException(new SQLException("It failed", state))))
                .isEqualTo(expected);
    }

    @Test
    void lostConnectionDuringCommitIsUnknownOutcomeAndFullDiskIsNot() {
        assertThat(DatabaseFailure.classify(committing("08006"))).isEqualTo(DatabaseFailure.COMMIT_OUTCOME_UNKNOWN);
        assertThat(DatabaseFailure.classify(committing("53100"))).isEqualTo(DatabaseFailure.INSUFFICIENT_RESOURCES);
    }

    @ParameterizedTest
    @CsvSource({"22001, true", "23505, true", "40001, false", "08006, false"})
    void rejectedDataIsRecognized(String state, boolean expected) {
        assertThat(DatabaseFailure.isCausedByData(new IllegalStateException(new SQLException("It failed", state))))
                .isEqualTo(expected);
    }

    /** The pool reports neither by a type nor by a SQLSTATE, so an update of Agroal may change what we recognize. */
    @Test
    void poolWithoutAFreeConnectionIsExhausted() throws SQLException {
        try (AgroalDataSource pool = poolOfOne(ConnectingDataSource.class);
                Connection taken = pool.getConnection()) {
            assertThatThrownBy(pool::getConnection)
                    .extracting(DatabaseFailure::classify)
                    .isEqualTo(DatabaseFailure.POOL_EXHAUSTED);
            assertThat(taken.isClosed()).isFalse();
        }
    }

    @Test
    void serverThatDoesNotAnswerConnectionAttemptsIsUnavailable() throws SQLException {
        try (AgroalDataSource pool = poolOfOne(HangingDataSource.class)) {
            assertThatThrownBy(pool::getConnection)
                    .extracting(DatabaseFailure::classify)
                    .isEqualTo(DatabaseFailure.UNAVAILABLE);
        }
    }

    @Test
    void connectionThatThePoolTookBackIsUnavailable() throws SQLException {
        try (AgroalDataSource pool = poolOfOne(ConnectingDataSource.class)) {
            Connection returned = pool.getConnection();
            returned.close();
            assertThatThrownBy(returned::createStatement)
                    .extracting(DatabaseFailure::classify)
                    .isEqualTo(DatabaseFailure.UNAVAILABLE);
        }
    }

    private static AgroalDataSource poolOfOne(Class<? extends DataSource> dataSource) throws SQLException {
        return AgroalDataSource.from(
                new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration(pool -> pool.maxSize(1)
                        .acquisitionTimeout(Duration.ofMillis(200))
                        .connectionFactoryConfiguration(factory ->
                                factory.connectionProviderClass(dataSource).loginTimeout(Duration.ZERO))));
    }

    /** Opens connections that do nothing. */
    public static class ConnectingDataSource extends PGSimpleDataSource {
        @Override
        public Connection getConnection() throws SQLException {
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (_, method, _) -> switch (method.getName()) {
                        case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
                        case "getAutoCommit" -> true;
                        case "isReadOnly", "isClosed" -> false;
                        default -> null;
                    });
        }
    }

    /** Waits for its server until it is interrupted. */
    public static final class HangingDataSource extends ConnectingDataSource {
        @Override
        public Connection getConnection() throws SQLException {
            try {
                new CountDownLatch(1).await();
                throw new IllegalStateException("Nobody opens the latch");
            } catch (InterruptedException e) {
                throw new SQLException("Interrupted", e);
            }
        }
    }

    private static Exception committing(String state) {
        Exception failure = new XAException(XAException.XAER_RMFAIL);
        failure.initCause(new SQLException("It failed", state));
        return failure;
    }
}
