package io.fondaco.parcel;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.access.Scopes;
import io.fondaco.order.OrderId;
import io.fondaco.order.Orders;
import io.fondaco.parcel.Label.LabelList;
import io.fondaco.parcel.LabelEntity.LabelRow;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.idempotency.Idempotency;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Json;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/**
 * The labels of an order in the admin API. Without a consistency token they are read from the primary, so that staff
 * see their own changes.
 */
@Path("/admin/v1/orders/{id}/labels")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Labels")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class LabelResource {
    private final LabelService service;
    private final LabelWork work;
    private final LabelProviders providers;
    private final LabelRepository repository;
    private final LabelDocumentRepository documents;
    private final Orders orders;
    private final ObjectMapper json;
    private final SecurityIdentity identity;

    LabelResource(
            LabelService service,
            LabelWork work,
            LabelProviders providers,
            LabelRepository repository,
            LabelDocumentRepository documents,
            Orders orders,
            ObjectMapper json,
            SecurityIdentity identity) {
        this.service = service;
        this.work = work;
        this.providers = providers;
        this.repository = repository;
        this.documents = documents;
        this.orders = orders;
        this.json = json;
        this.identity = identity;
    }

    @GET
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "listLabels",
            summary = "List the labels of an order",
            description = "Oldest first, all of them; at most 1000.")
    public Page<Label> list(@RestPath String id) {
        OrderId order = OrderId.parse(id);
        if (orders.find(order).isEmpty()) {
            throw ApiException.notFound("order", order.toString());
        }
        return new Page<>(
                repository.listByOrder(order).stream().map(LabelRow::toLabel).toList(), null);
    }

    @POST
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @Operation(
            operationId = "buyLabels",
            summary = "Buy labels for parcels of an order",
            description = "One label for each parcel, of units that are open and in no other parcel with a label. "
                    + "The provider is asked for at most ten seconds; if it does not answer, the label stays "
                    + "`requested` and the shop asks again until it does. A label is never bought twice.")
    @APIResponse(
            responseCode = "201",
            description = "The provider has answered: each label is `purchased`, or `failed` with the reason as its "
                    + "`error`.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = LabelList.class)))
    @APIResponse(
            responseCode = "202",
            description = "A label is still `requested`.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = LabelList.class)))
    @APIResponse(
            responseCode = "409",
            description = "`invalid_order_status`: the order is not confirmed; `no_shipping_address`; "
                    + "`seller_incomplete`: the settings have no address of the seller, and the request has no sender; "
                    + "`too_many_labels`.")
    @APIResponse(
            responseCode = "422",
            description = "`unknown_label_provider`, `unknown_line`; `quantity_exceeds_line`: the units are not open, "
                    + "or in another parcel; `weight_unknown`: a variant has no weight; `dimensions_incomplete`; "
                    + "`errors` names the fields.")
    public Response buy(
            @RestPath String id,
            @HeaderParam("Idempotency-Key") @Nullable String keyHeader,
            @NotNull @Valid NewLabels request) {
        OrderId order = OrderId.parse(id);
        IdempotencyKey key = IdempotencyKey.required(
                keyHeader,
                "admin:" + identity.getPrincipal().getName(),
                "POST /admin/v1/orders/%s/labels".formatted(order),
                Json.write(json, request));
        providers.requireProvider(request.provider());
        Idempotency.Outcome<List<LabelRow>> outcome = service.request(order, key, request);
        if (outcome.replayed()) {
            return outcome.response().toReplayedResponse();
        }
        List<LabelRow> requested = outcome.effect().orElseThrow();
        work.work(requested);
        IdempotentResponse response = service.refreshResponse(order, key, requested);
        return Response.status(response.status())
                .entity(response.body())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .build();
    }

    @GET
    @Path("/{label}/document")
    @Produces({LabelDocument.PDF, LabelDocument.PNG})
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "getLabelDocument",
            summary = "Get the document of a label, to print it",
            description = "404 if the label has none yet, or if the provider keeps it: then `document_url` has its "
                    + "address.")
    @APIResponse(
            responseCode = "200",
            description = "The document.",
            content = {
                @Content(mediaType = LabelDocument.PDF, schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = LabelDocument.PNG, schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    public Response document(@RestPath String id, @RestPath String label) {
        LabelRow row = service.get(OrderId.parse(id), LabelId.parse(label));
        LabelId labelId = new LabelId(row.id());
        byte[] content =
                documents.find(labelId).orElseThrow(() -> ApiException.notFound("label document", labelId.toString()));
        String type = Objects.requireNonNull(row.documentType());
        String ending = type.equals(LabelDocument.PDF) ? "pdf" : "png";
        return Response.ok(content, type)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"%s.%s\"".formatted(labelId, ending))
                .build();
    }

    @POST
    @Path("/{label}/cancel")
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @Operation(
            operationId = "cancelLabel",
            summary = "Cancel a label that was not used",
            description = "Its units can be sent in another parcel immediately. If the provider refuses, the label is "
                    + "`purchased` again, with the reason as its `error`. A label that failed or is cancelled stays "
                    + "so, and the request can be repeated.")
    @APIResponse(
            responseCode = "200",
            description = "The label after the provider's answer.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Label.class)))
    @APIResponse(
            responseCode = "202",
            description = "The label is `cancelling`: the provider has not answered yet and is asked again.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Label.class)))
    @APIResponse(responseCode = "409", description = "`label_used`: a fulfillment names the label.")
    public Response cancel(@RestPath String id, @RestPath String label) {
        OrderId order = OrderId.parse(id);
        LabelRow requested = service.requestCancellation(order, LabelId.parse(label));
        if (requested.labelState() == LabelState.CANCELLING && requested.request() == null) {
            work.work(List.of(requested));
        }
        Label result = service.get(order, new LabelId(requested.id())).toLabel();
        return Response.status(result.state() == LabelState.CANCELLING ? Response.Status.ACCEPTED : Response.Status.OK)
                .entity(result)
                .build();
    }
}
