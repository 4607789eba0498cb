package io.fondaco.platform.topology;

import io.micrometer.core.instrument.Counter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Counts and logs the statements of a pool that take longer than {@code fondaco.database.slow-statement}, from
 * Hibernate and from plain JDBC. The duration of the call is measured, including waits for locks. A batch counts as one
 * statement. The text is logged as it was prepared, without the values of its parameters.
 *
 * <p>Not measured: waiting for a connection, {@code COMMIT}, rows that are fetched after the first ones, and statements
 * outside of the pools (status checks, migrations, listening, maintenance of the embedded cluster).
 *
 * <p>It uses proxies, because the JDBC interfaces have hundreds of methods of which six matter here.
 */
public final class SlowStatements {
    private static final Logger LOG = Logger.getLogger(SlowStatements.class);

    /** A slow database is slow for all statements; more lines would add load and no information. */
    private static final int MAX_LINES_PER_SECOND = 10;

    private static final int MAX_LOGGED_CHARACTERS = 1_000;

    private final String pool;
    private final long limitNanos;
    private final Counter counter;
    private long second = Long.MIN_VALUE;
    private int lines;

    /** @param pool the pool's name in logs */
    public SlowStatements(String pool, Duration limit, Counter counter) {
        this.pool = pool;
        this.limitNanos = limit.toNanos();
        this.counter = counter;
    }

    /** Wraps the connection so that its statements are measured. */
    public Connection wrap(Connection connection) {
        return proxy(Connection.class, connection, "");
    }

    private <T> T proxy(Class<T> type, T target, String sql) {
        return type.cast(Proxy.newProxyInstance(
                SlowStatements.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call(proxy, target, sql, method, arguments)));
    }

    private @Nullable Object call(
            Object proxy, Object target, String sql, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getName().equals("equals") && arguments != null) {
            return proxy == arguments[0];
        }
        if (target instanceof Statement && method.getName().startsWith("execute")) {
            return timed(target, text(sql, arguments), method, arguments);
        }
        Object result = invoke(target, method, arguments);
        if (!(target instanceof Connection)) {
            return result;
        }
        return switch (result) {
            case CallableStatement made -> proxy(CallableStatement.class, made, text(sql, arguments));
            case PreparedStatement made -> proxy(PreparedStatement.class, made, text(sql, arguments));
            case Statement made -> proxy(Statement.class, made, "a batch");
            case null, default -> result;
        };
    }

    private @Nullable Object timed(Object target, String sql, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        long started = System.nanoTime();
        try {
            return invoke(target, method, arguments);
        } finally {
            long nanos = System.nanoTime() - started;
            if (nanos > limitNanos) {
                counter.increment();
                if (mayLog()) {
                    LOG.warnf(
                            "Slow statement: %d ms (pool %s, request %s): %s",
                            TimeUnit.NANOSECONDS.toMillis(nanos), pool, request(), oneLine(sql));
                }
            }
        }
    }

    private static @Nullable Object invoke(Object target, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /** Returns the SQL argument if there is one, else the prepared text. */
    private static String text(String prepared, @Nullable Object @Nullable [] arguments) {
        return arguments != null && arguments.length > 0 && arguments[0] instanceof String passed ? passed : prepared;
    }

    private static String oneLine(String sql) {
        String line = sql.strip().replaceAll("\\s+", " ");
        return line.length() > MAX_LOGGED_CHARACTERS ? line.substring(0, MAX_LOGGED_CHARACTERS) + "…" : line;
    }

    private static Object request() {
        Object id = MDC.get("request_id");
        return id == null ? "none" : id;
    }

    private synchronized boolean mayLog() {
        long now = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime());
        if (now != second) {
            second = now;
            lines = 0;
        }
        return ++lines <= MAX_LINES_PER_SECOND;
    }
}
