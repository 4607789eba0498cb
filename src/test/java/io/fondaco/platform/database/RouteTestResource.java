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

/** Test endpoints that return the role of the server that served them. */
@Path("/test/route")
@PermitAll
@RetriedReads
@ApplicationScoped
class RouteTestResource {
    private static final String ROLE_SQL = "SELECT CASE WHEN pg_is_in_recovery() THEN 'replica' ELSE 'primary' END";

    private final EntityManager entities;
    private final NestedCalls nestedCalls;
    private final AtomicInteger conflicts = new AtomicInteger(1);

    RouteTestResource(EntityManager entities, NestedCalls nestedCalls) {
        this.entities = entities;
        this.nestedCalls = nestedCalls;
    }

    @GET
    @Operation(hidden = true)
    @Path("/read")
    public String read() {
        return servingRole(entities);
    }

    @GET
    @Operation(hidden = true)
    @Path("/read-in-transaction")
    @Transactional
    public String readInTransaction() {
        return servingRole(entities) + " " + nestedCalls.readInNewTransaction();
    }

    @GET
    @Operation(hidden = true)
    @Path("/read-own-writes")
    @ReadsFrom(Route.PRIMARY)
    public String readOwnWrites() {
        return servingRole(entities);
    }

    @POST
    @Operation(hidden = true)
    @Path("/write")
    @Transactional
    public String write() {
        return servingRole(entities) + " " + nestedCalls.readInNewTransaction();
    }

    @GET
    @Operation(hidden = true)
    @Path("/write-where-only-reading-is-allowed")
    @Transactional
    public String writeOnTheReplicaRoute() {
        entities.createNativeQuery("CREATE TABLE public.never (id int)").executeUpdate();
        return "written";
    }

    /** Reads for 0.3 s and returns how many such reads run on the server at that time. */
    @GET
    @Operation(hidden = true)
    @Path("/slow-read")
    public long slowRead() {
        return (Long) entities.createNativeQuery("""
                        SELECT count(*) FROM pg_stat_activity, pg_sleep(0.3)
                         WHERE state = 'active' AND query LIKE '%pg_sleep(0.3)%'
                        """, Long.class).getSingleResult();
    }

    /** Fails once as a query does that a replica cancels because it conflicts with replay. */
    @GET
    @Operation(hidden = true)
    @Path("/conflict")
    public String conflict() {
        if (conflicts.getAndDecrement() > 0) {
            servingRole(entities);
            throw new IllegalStateException(
                    new SQLException("canceling statement due to conflict with recovery", "40001"));
        }
        return servingRole(entities);
    }

    @GET
    @Operation(hidden = true)
    @Path("/for-owners")
    @ReadsFrom(Route.REPLICA_WITH_TOKEN)
    public String forOwners() {
        return servingRole(entities);
    }

    private static String servingRole(EntityManager entities) {
        return (String) entities.createNativeQuery(ROLE_SQL, String.class).getSingleResult();
    }

    @ApplicationScoped
    static class NestedCalls {
        private final EntityManager entities;

        NestedCalls(EntityManager entities) {
            this.entities = entities;
        }

        /** Declares another route, which must be ignored within a request. */
        @ReadsFrom(Route.PRIMARY)
        @Transactional(Transactional.TxType.REQUIRES_NEW)
        String readInNewTransaction() {
            return servingRole(entities);
        }

        @ActivateRequestContext
        @ReadsFrom(Route.REPLICA)
        String readAsReplicaJob() {
            return servingRole(entities);
        }

        @ActivateRequestContext
        String readAsUndeclaredJob() {
            return servingRole(entities);
        }
    }
}
