package io.fondaco.platform.jobs;

import io.fondaco.platform.LogOnce;
import io.fondaco.platform.database.Connections;
import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Asks the primary once a second whether there is anything to do for the workers and jobs of this pod: one statement
 * for all of them, which writes nothing. So a worker without work costs no statement of its own, and an idle pod costs
 * the same however many kinds of work there are. Does nothing without the worker role.
 *
 * <p>What a pod finds may be taken by another pod before; what it missed because the poll failed is found a second
 * later, or by the rare run that each worker does anyway.
 */
@ApplicationScoped
public class DueWorkPoll {
    /** The value if the poll failed. */
    public static final long UNKNOWN = -1;

    private static final Logger LOG = Logger.getLogger(DueWorkPoll.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Each interval is up to a fifth longer, so that pods do not poll in step. */
    private static final double JITTER = 0.2;

    private final Connections connections;
    private final PodRoles podRoles;
    private final List<Question> questions = new CopyOnWriteArrayList<>();
    private final Map<String, Condition> jobs = new ConcurrentHashMap<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final LogOnce logOnce = new LogOnce();

    /** @param expression SQL of type bigint */
    private record Question(String expression, LongConsumer onAnswer) {}

    DueWorkPoll(Connections connections, PodRoles podRoles) {
        this.connections = connections;
        this.podRoles = podRoles;
    }

    /** Whether a condition was true at the last poll. */
    public static final class Condition {
        private volatile boolean due;

        private Condition(boolean initially) {
            due = initially;
        }

        /**
         * Whether there may be something to do: also true before the first poll and after one that failed, and never
         * without the worker role.
         */
        public boolean isDue() {
            return due;
        }
    }

    /**
     * Adds a condition to the poll.
     *
     * @param condition SQL of type boolean that an index answers
     */
    public Condition watch(String condition) {
        return watch(condition, () -> {});
    }

    /**
     * As {@link #watch(String)}.
     *
     * @param onDue runs after each poll at which the condition is true; must not block
     */
    public Condition watch(String condition, Runnable onDue) {
        Condition watched = new Condition(podRoles.has(PodRole.WORKER));
        watchValue("(%s)::int::bigint".formatted(condition), value -> {
            watched.due = value != 0;
            if (value > 0) {
                onDue.run();
            }
        });
        return watched;
    }

    /**
     * Adds the condition of a job that runs once per cluster ({@link OncePerCluster}). The job runs only while the
     * condition is true, and once a minute in any case, so that it is seen to run.
     *
     * @param job the name of the job
     * @param condition SQL of type boolean that an index answers
     */
    public void watchJob(String job, String condition) {
        jobs.put(job, watch("""
                %s OR NOT EXISTS (SELECT FROM jobs.lease WHERE name = '%s' AND started_at > now() - interval '1 minute')
                """.formatted(condition, job)));
    }

    /** Whether a job may have something to do; true for jobs without a condition. */
    boolean isJobDue(String job) {
        Condition condition = jobs.get(job);
        return condition == null || condition.isDue();
    }

    /**
     * Adds a value to the poll.
     *
     * @param expression SQL of type bigint, at least 0, that costs no more than the lookup of a row
     * @param onValue gets the value after each poll, or {@link #UNKNOWN}; must not block
     */
    public void watchValue(String expression, LongConsumer onValue) {
        questions.add(new Question(expression, onValue));
    }

    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        if (podRoles.has(PodRole.WORKER)) {
            Thread.ofVirtual().name("due-work-poll").start(this::pollLoop);
        }
    }

    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping.countDown();
    }

    private void pollLoop() {
        try {
            do {
                pollLogged();
            } while (!stopping.await(jitteredInterval(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static long jitteredInterval() {
        return (long) (INTERVAL.toNanos() * (1 + ThreadLocalRandom.current().nextDouble(JITTER)));
    }

    private void pollLogged() {
        List<Question> asked = List.copyOf(questions);
        if (asked.isEmpty()) {
            return;
        }
        try {
            poll(asked);
            logOnce.reset();
        } catch (SQLException | RuntimeException e) {
            asked.forEach(question -> question.onAnswer().accept(UNKNOWN));
            if (stopping.getCount() > 0 && logOnce.shouldLog(e)) {
                LOG.warnf("Cannot query which work is due, next try in %s: %s", INTERVAL, e.getMessage());
            }
        }
    }

    private void poll(List<Question> asked) throws SQLException {
        String select = asked.stream().map(Question::expression).collect(Collectors.joining(", ", "SELECT ", ""));
        try (Connection connection = connections.toPrimary();
                PreparedStatement statement = connection.prepareStatement(select);
                ResultSet row = statement.executeQuery()) {
            row.next();
            int column = 0;
            for (Question question : asked) {
                question.onAnswer().accept(row.getLong(++column));
            }
        }
    }
}
