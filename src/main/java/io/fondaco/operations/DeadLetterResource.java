package io.fondaco.operations;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.fondaco.access.Scopes;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.messaging.DeadLetters;
import io.fondaco.platform.messaging.DeadLetters.DeadLetter;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.ApiException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** HTTP API for dead letters: the events that a listener failed at for the last time. */
@Path("/admin/v1/dead-letters")
@Tag(name = "Dead letters")
@RetriedReads
@RunOnVirtualThread
class DeadLetterResource {
    private static final String SORT = "id";

    private final DeadLetters deadLetters;

    DeadLetterResource(DeadLetters deadLetters) {
        this.deadLetters = deadLetters;
    }

    /** @param data the data of the event, as it was published */
    record Letter(
            DeadLetterId id,

            @Schema(description = "The listener that failed.", examples = "webhook")
            String listener,

            String eventId,
            @Schema(examples = "order.placed") String eventType,
            String subject,
            long sequence,
            Instant toldAt,
            @JsonRawValue @Schema(type = SchemaType.OBJECT) String data,
            int attempts,
            String error,
            Instant diedAt) {

        static Letter of(DeadLetter deadLetter) {
            Event event = deadLetter.event();
            return new Letter(
                    new DeadLetterId(deadLetter.id()),
                    deadLetter.listener(),
                    event.publicId(),
                    event.type(),
                    event.subject(),
                    event.sequence(),
                    event.time(),
                    event.data(),
                    event.attempts(),
                    deadLetter.error(),
                    deadLetter.diedAt());
        }
    }

    @GET
    @RolesAllowed(Scopes.MESSAGES_READ)
    @Operation(
            operationId = "listDeadLetters",
            summary = "List dead letters",
            description = "Events that a listener failed at for the last time, oldest dead letter first.")
    public Page<Letter> list(
            @RestQuery @Size(max = 100) @Nullable String listener,
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor) {
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> DeadLetterId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        List<DeadLetter> rows = deadLetters.list(Optional.ofNullable(listener), after, limit + 1);
        return Page.fromRows(
                        rows, limit, deadLetter -> PageCursor.of(SORT, new DeadLetterId(deadLetter.id()).toString()))
                .map(Letter::of);
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.MESSAGES_READ)
    @Operation(
            operationId = "getDeadLetter",
            summary = "Get a dead letter",
            description = "The event, the listener that failed, the number of its attempts, and its last error.")
    public Letter get(@RestPath String id) {
        return deadLetters.find(DeadLetterId.parse(id).value()).map(Letter::of).orElseThrow(() -> notFound(id));
    }

    @POST
    @Path("/{id}/replay")
    @RolesAllowed(Scopes.MESSAGES_WRITE)
    @Idempotent
    @Operation(
            operationId = "replayDeadLetter",
            summary = "Replay a dead letter",
            description = "Returns the event to the listener, due immediately and with all attempts available"
                    + " again. If all of them fail, there is a new dead letter.")
    @APIResponse(responseCode = "202", description = "The event is in the retry queue of the listener.")
    public Response replay(@RestPath String id) {
        if (!deadLetters.replay(DeadLetterId.parse(id).value())) {
            throw notFound(id);
        }
        return Response.accepted().build();
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Scopes.MESSAGES_WRITE)
    @Operation(
            operationId = "discardDeadLetter",
            summary = "Discard a dead letter",
            description = "The listener will not handle the event.")
    @APIResponse(responseCode = "204", description = "The dead letter is discarded.")
    public void discard(@RestPath String id) {
        if (!deadLetters.discard(DeadLetterId.parse(id).value())) {
            throw notFound(id);
        }
    }

    private static ApiException notFound(String id) {
        return ApiException.notFound("dead letter", id);
    }
}
