package io.fondaco.operations;

import io.fondaco.access.Scopes;
import io.fondaco.operations.StatementStatistics.SortKey;
import io.fondaco.operations.StatementStatistics.TopStatements;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.web.ApiException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

/** HTTP API for the cost of SQL statements on the primary. */
@Path("/admin/v1/database/statements")
@Tag(name = "Database")
@ReadsFrom(Route.PRIMARY)
@RetriedReads
@RunOnVirtualThread
class StatementStatisticsResource {
    private final StatementStatistics statistics;

    StatementStatisticsResource(StatementStatistics statistics) {
        this.statistics = statistics;
    }

    @GET
    @RolesAllowed(Scopes.DATABASE_READ)
    @Operation(
            operationId = "listDatabaseStatements",
            summary = "List the most expensive SQL statements",
            description = "Statements of the application, counted on the primary since `since`. Each server"
                    + " counts for itself, and most reads go to replicas. Returns the first `limit`"
                    + " statements in descending `order`; there is no next page. Statements that contain the"
                    + " word `password` are omitted.")
    @APIResponse(
            responseCode = "200",
            description = "The most expensive first.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TopStatements.class)))
    @APIResponse(
            responseCode = "409",
            description = "`statements_not_counted`: the server has no pg_stat_statements; the detail says how to"
                    + " install it.")
    public TopStatements list(
            @Parameter(
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            enumeration = {"total_time", "mean_time", "calls", "rows", "temp_blocks"}))
                    @RestQuery
                    @DefaultValue("total_time")
                    String order,
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit) {
        SortKey by = SortKey.parse(order)
                .orElseThrow(() -> ApiException.badRequest(
                        "unknown_sort", "Order by total_time, mean_time, calls, rows or temp_blocks."));
        return statistics.top(by, limit);
    }
}
