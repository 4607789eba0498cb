package io.fondaco.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class CausesTest {
    @Test
    void exceptionIsFoundAmongCausesAndSuppressedExceptions() {
        SQLException hidden = new SQLException("hidden");
        IllegalStateException cause = new IllegalStateException("cause");
        cause.addSuppressed(hidden);
        Exception thrown = new Exception("thrown", cause);
        assertThat(Causes.find(thrown, SQLException.class)).containsSame(hidden);
        assertThat(Causes.find(thrown, IllegalStateException.class)).containsSame(cause);
        assertThat(Causes.find(thrown, Exception.class)).containsSame(thrown);
        assertThat(Causes.find(thrown, IOException.class)).isEmpty();
        assertThat(Causes.rootCause(thrown)).isSameAs(cause);
    }

    @Test
    void nearerExceptionIsFoundFirst() {
        SQLException near = new SQLException("near");
        Exception thrown = new Exception("thrown", near);
        thrown.addSuppressed(new Exception("suppressed", new SQLException("far")));
        assertThat(Causes.find(thrown, SQLException.class)).containsSame(near);
    }

    @Test
    void cycleOfCausesEnds() {
        Exception first = new Exception("first");
        Exception second = new Exception("second", first);
        first.initCause(second);
        assertThat(Causes.find(first, SQLException.class)).isEmpty();
        assertThat(Causes.rootCause(first)).isIn(first, second);
    }
}
