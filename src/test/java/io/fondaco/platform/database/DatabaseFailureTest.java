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
        "08006, AWAY",
        "57P01, AWAY",
        "53300, AWAY",
        "53100, FULL",
        "53200, FULL",
        "40001, GAVE_WAY",
        "40P01, GAVE_WAY",
        "55P03, GAVE_WAY",
        "57014, TOO_SLOW",
        "25006, WROTE_WHERE_ONLY_READING",
        "23505, OTHER"
    })
    void theStateSaysWhatItMeans(String state, DatabaseFailure meaning) {
        assertThat(DatabaseFailure.in(new IllegalStateException(new SQLException("It failed", state))))
                .isEqualTo(meaning);
    }

    @Test
    void aCommitThatLostItsServerMayBeDoneAndOneThatFoundNoRoomIsNot() {
        assertThat(DatabaseFailure.in(committing("08006"))).isEqualTo(DatabaseFailure.COMMIT_UNKNOWN);
        assertThat(DatabaseFailure.in(committing("53100"))).isEqualTo(DatabaseFailure.FULL);
    }

    private static Exception committing(String state) {
        Exception failure = new XAException(XAException.XAER_RMFAIL);
        failure.initCause(new SQLException("It failed", state));
        return failure;
    }
}
