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

/** What statements cost the primary. */
@Path("/admin/v1/database/statements")
@Tag(name = "Database")
@ReadsFrom(Route.PRIMARY)
@RetriedReads
@RunOnVirtualThread
class StatementStatisticsResource {
    private final StatementStatistics statistics;

    StatementStatisticsResource(StatementStatistics statements) {
        this.statistics = statements;
    }

    @GET
    @RolesAllowed(Scopes.DATABASE_READ)
    @Operation(
            operationId = "listDatabaseStatements",
            summary = "The heaviest statements of the database",
            description =
                    "Of the application's own, counted on the primary since `since`: each server counts for itself, and most reads"
                            + " go to replicas. The heaviest by `order` first, `limit` of them; there is no next page. Statements"
                            + " that speak of a password are left out.")
    @APIResponse(
            responseCode = "200",
            description = "The heaviest first.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TopStatements.class)))
    @APIResponse(
            responseCode = "409",
            description = "`statements_not_counted`: the server lacks pg_stat_statements; the detail says what to do.")
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
