package io.fondaco.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    private static Exception committing(String state) {
        Exception failure = new XAException(XAException.XAER_RMFAIL);
        failure.initCause(new SQLException("It failed", state));
        return failure;
    }
}
