package io.fondaco.platform.database;

import jakarta.annotation.security.PermitAll;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Endpoints that tell which server answered them; in tests only. */
@Path("/test/route")
@PermitAll
@RetriedReads
@ApplicationScoped
class RouteProbe {
    private static final String WHERE = "SELECT CASE WHEN pg_is_in_recovery() THEN 'replica' ELSE 'primary' END";

    private final EntityManager entities;
    private final Nested nested;
    private final AtomicInteger conflicts = new AtomicInteger(1);

    RouteProbe(EntityManager entities, Nested nested) {
        this.entities = entities;
        this.nested = nested;
    }

    @GET
    @Operation(hidden = true)
    @Path("/read")
    public String read() {
        return where(entities);
    }

    @GET
    @Operation(hidden = true)
    @Path("/read-in-transaction")
    @Transactional
    public String readInTransaction() {
        return where(entities) + " " + nested.inANewTransaction();
    }

    @GET
    @Operation(hidden = true)
    @Path("/read-own-writes")
    @ReadsFrom(Route.PRIMARY)
    public String readOwnWrites() {
        return where(entities);
    }

    @POST
    @Operation(hidden = true)
    @Path("/write")
    @Transactional
    public String write() {
        return where(entities) + " " + nested.inANewTransaction();
    }

    @GET
    @Operation(hidden = true)
    @Path("/write-where-only-reading-is-allowed")
    @Transactional
    public String writeOnTheReplicaRoute() {
        entities.createNativeQuery("CREATE TABLE public.never (id int)").executeUpdate();
        return "written";
    }

    /** Holds its server for a moment; answers how many do so at the time. */
    @GET
    @Operation(hidden = true)
    @Path("/slow-read")
    public long slowRead() {
        return (Long) entities.createNativeQuery("""
                        SELECT count(*) FROM pg_stat_activity, pg_sleep(0.3)
                         WHERE state = 'active' AND query LIKE '%pg_sleep(0.3)%'
                        """, Long.class).getSingleResult();
    }

    /** Fails once on a replica as a query does that stands in the way of replaying. */
    @GET
    @Operation(hidden = true)
    @Path("/conflict")
    public String conflict() {
        if (conflicts.getAndDecrement() > 0) {
            where(entities);
            throw new IllegalStateException(
                    new SQLException("canceling statement due to conflict with recovery", "40001"));
        }
        return where(entities);
    }

    @GET
    @Operation(hidden = true)
    @Path("/for-owners")
    @ReadsFrom(Route.REPLICA_WITH_TOKEN)
    public String forOwners() {
        return where(entities);
    }

    private static String where(EntityManager entities) {
        return (String) entities.createNativeQuery(WHERE, String.class).getSingleResult();
    }

    @ApplicationScoped
    static class Nested {
        private final EntityManager entities;

        Nested(EntityManager entities) {
            this.entities = entities;
        }

        /** Declares another route, which must not count within a request. */
        @ReadsFrom(Route.PRIMARY)
        @Transactional(Transactional.TxType.REQUIRES_NEW)
        String inANewTransaction() {
            return where(entities);
        }

        @ActivateRequestContext
        @ReadsFrom(Route.REPLICA)
        String asAJobThatReads() {
            return where(entities);
        }

        @ActivateRequestContext
        String asAJobThatDeclaresNothing() {
            return where(entities);
        }
    }
}
