package io.fondaco.platform.database;

import jakarta.annotation.security.PermitAll;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Endpoints that tell which server answered them; in tests only. */
@Path("/test/route")
@PermitAll
class RouteProbe {
    private static final String WHERE = "SELECT CASE WHEN pg_is_in_recovery() THEN 'replica' ELSE 'primary' END";

    private final EntityManager entities;
    private final Nested nested;

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

    private static String where(EntityManager entities) {
        return (String) entities.createNativeQuery(WHERE, String.class).getSingleResult();
    }

    @ApplicationScoped
    static class Nested {
        private final EntityManager entities;

        Nested(EntityManager entities) {
            this.entities = entities;
        }

        @Transactional(Transactional.TxType.REQUIRES_NEW)
        String inANewTransaction() {
            return where(entities);
        }
    }
}
