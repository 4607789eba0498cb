package io.fondaco.importing;

import io.fondaco.access.Scopes;
import io.fondaco.platform.admission.Bulk;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.StreamedBody;
import io.fondaco.platform.web.Violation;
import io.fondaco.productfiles.FileFormat;
import io.fondaco.productfiles.RowError;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.InputStream;
import java.util.EnumSet;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * CSV imports over HTTP. A request without a consistency token is read from the primary, because a replica may not have
 * the import yet.
 */
@Path("/admin/v1/imports")
@Produces(MediaType.APPLICATION_JSON)
@Bulk
@RetriedReads
@RunOnVirtualThread
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@Tag(name = "Imports and exports")
class ImportResource {
    private static final Set<String> FILE_TYPES =
            Set.of("text/csv", "application/csv", "text/plain", "application/vnd.ms-excel", "application/octet-stream");

    private final ImportUploadService uploadService;
    private final ImportQueries importQueries;
    private final RejectedRows rejectedRows;

    ImportResource(ImportUploadService uploadService, ImportQueries importQueries, RejectedRows rejectedRows) {
        this.uploadService = uploadService;
        this.importQueries = importQueries;
        this.rejectedRows = rejectedRows;
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    @StreamedBody
    @RolesAllowed({Scopes.CATALOG_WRITE, Scopes.STOCK_WRITE, Scopes.PRICES_WRITE})
    @Operation(
            operationId = "createImport",
            summary = "Import a CSV file",
            description =
                    "Needs the scope catalog:write for products, stock:write for stock, prices:write for prices. The"
                            + " file is processed in the background, in batches; a rejected row does not affect the"
                            + " others. If the file itself is truncated or malformed (code unclosed_quote, broken_csv),"
                            + " the import fails and rows that were applied before stay.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = "text/csv", schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(
            responseCode = "202",
            description = "Queued",
            content = @Content(schema = @Schema(implementation = Import.class)))
    @APIResponse(responseCode = "413", description = "too_large: the file has more bytes than the limit for imports")
    @APIResponse(
            responseCode = "415",
            description = "not_text: the file is binary, UTF-16 or otherwise not UTF-8; unsupported_media_type: the"
                    + " Content-Type is not text/csv, application/csv, text/plain, application/vnd.ms-excel or"
                    + " application/octet-stream")
    public Response create(
            @Parameter(description = "products, stock or prices") @QueryParam("kind") @Nullable String kind,
            @Parameter(description = "shopify or fondaco; the default for stock and prices is fondaco")
                    @QueryParam("format")
                    @Nullable
                    String format,
            @Parameter(description = "true: only report what would happen") @QueryParam("dry_run") @Nullable
                    String dryRun,
            @Parameter(description = "ISO 4217 code of the prices in a shopify file") @QueryParam("currency") @Nullable
                    String currency,
            @Parameter(description = "true: create unknown locations of stock rows; otherwise such rows are rejected")
                    @QueryParam("create_locations")
                    @Nullable
                    String createLocations,
            @Context HttpHeaders headers,
            @Context SecurityContext caller,
            InputStream body) {
        requireCsvMediaType(headers);
        FileKind fileKind = ImportParameters.kind(kind);
        ImportParameters.requireScope(caller, fileKind.writeScope());
        FileFormat fileFormat = ImportParameters.format(format, fileKind);
        Uploads.ImportOptions importOptions = new Uploads.ImportOptions(
                fileKind,
                fileFormat,
                ImportParameters.currency(currency, fileKind, fileFormat, uploadService.defaultCurrency()),
                ImportParameters.parseBoolean("dry_run", dryRun),
                ImportParameters.parseBoolean("create_locations", createLocations));
        ImportId id = uploadService.receive(importOptions, headers.getLength(), body);
        return Response.accepted(findOrNotFound(id)).build();
    }

    /**
     * Browsers and shells send several media types for a CSV file; the first bytes of the file decide whether it is
     * one.
     */
    private static void requireCsvMediaType(HttpHeaders headers) {
        String contentType = headers.getHeaderString(HttpHeaders.CONTENT_TYPE);
        if (contentType == null || contentType.isBlank() || isFileType(headers)) {
            return;
        }
        throw new ApiException(
                415,
                "unsupported_media_type",
                "Send the file itself as the body, with Content-Type: text/csv; a form or %s is not accepted."
                        .formatted(Violation.abbreviate(contentType)));
    }

    private static boolean isFileType(HttpHeaders headers) {
        try {
            MediaType type = headers.getMediaType();
            return FILE_TYPES.contains(type.getType() + "/" + type.getSubtype());
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    @GET
    @RolesAllowed({
        Scopes.CATALOG_READ,
        Scopes.CATALOG_WRITE,
        Scopes.STOCK_READ,
        Scopes.STOCK_WRITE,
        Scopes.PRICES_READ,
        Scopes.PRICES_WRITE
    })
    @Operation(
            operationId = "listImports",
            summary = "List imports",
            description = "Newest first; only the kinds that the key's scopes allow.")
    public Page<Import> list(
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) int limit,
            @QueryParam("cursor") @Size(max = 2000) @Nullable String cursor,
            @Context SecurityContext caller) {
        Set<FileKind> kinds = EnumSet.noneOf(FileKind.class);
        for (FileKind kind : FileKind.values()) {
            if (kind.isVisibleTo(caller)) {
                kinds.add(kind);
            }
        }
        return importQueries.list(kinds, limit, cursor);
    }

    @GET
    @Path("{id}")
    @RolesAllowed({
        Scopes.CATALOG_READ,
        Scopes.CATALOG_WRITE,
        Scopes.STOCK_READ,
        Scopes.STOCK_WRITE,
        Scopes.PRICES_READ,
        Scopes.PRICES_WRITE
    })
    @Operation(
            operationId = "getImport",
            summary = "Get an import",
            description = "Returns its status and its row counts. Poll while it is `queued` or `running`.")
    @APIResponse(
            responseCode = "200",
            description = "The state of the import",
            content = @Content(schema = @Schema(implementation = Import.class)))
    public Import get(@PathParam("id") @Size(max = 100) String id, @Context SecurityContext caller) {
        return findVisible(id, caller);
    }

    @GET
    @Path("{id}/errors")
    @RolesAllowed({
        Scopes.CATALOG_READ,
        Scopes.CATALOG_WRITE,
        Scopes.STOCK_READ,
        Scopes.STOCK_WRITE,
        Scopes.PRICES_READ,
        Scopes.PRICES_WRITE
    })
    @Operation(
            operationId = "listImportErrors",
            summary = "List the rejected rows of an import",
            description = "In file order. The first 10,000 are kept; further ones are only counted.")
    public Page<RowError> errors(
            @PathParam("id") @Size(max = 100) String id,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) int limit,
            @QueryParam("cursor") @Size(max = 2000) @Nullable String cursor,
            @Context SecurityContext caller) {
        return importQueries.errors(findVisible(id, caller).id(), limit, cursor);
    }

    @GET
    @Path("{id}/errors.csv")
    @Produces("text/csv;charset=UTF-8")
    @RolesAllowed({
        Scopes.CATALOG_READ,
        Scopes.CATALOG_WRITE,
        Scopes.STOCK_READ,
        Scopes.STOCK_WRITE,
        Scopes.PRICES_READ,
        Scopes.PRICES_WRITE
    })
    @Operation(
            operationId = "downloadImportErrors",
            summary = "Get the rejected rows of an import as one CSV file",
            description = "The rejected rows with their original cells, in file order, after the columns row, code and"
                    + " reason. Correct them and import the file again: an import ignores these columns. If one row"
                    + " of a product was rejected, the file has all rows of the product; applied rows have no"
                    + " reason. Rows beyond the limits (10,000 reasons and 32 Mi characters per import, 64 Ki"
                    + " characters per row, 30 days) have only their reason.")
    @APIResponse(
            responseCode = "200",
            description = "The file",
            content = @Content(mediaType = "text/csv", schema = @Schema(type = SchemaType.STRING, format = "binary")))
    public Response errorsFile(@PathParam("id") @Size(max = 100) String id, @Context SecurityContext caller) {
        ImportId found = findVisible(id, caller).id();
        StreamingOutput file = output -> rejectedRows.writeCsv(found, output);
        return Response.ok(file)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"import-errors.csv\"")
                .build();
    }

    @GET
    @Path("{id}/warnings")
    @RolesAllowed({
        Scopes.CATALOG_READ,
        Scopes.CATALOG_WRITE,
        Scopes.STOCK_READ,
        Scopes.STOCK_WRITE,
        Scopes.PRICES_READ,
        Scopes.PRICES_WRITE
    })
    @Operation(
            operationId = "listImportWarnings",
            summary = "List the warnings of an import",
            description =
                    "Warnings about applied rows, in file order: changed SKUs and handles, images without a valid URL."
                            + " They count towards the same limit as rejected rows.")
    public Page<RowError> warnings(
            @PathParam("id") @Size(max = 100) String id,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) int limit,
            @QueryParam("cursor") @Size(max = 2000) @Nullable String cursor,
            @Context SecurityContext caller) {
        return importQueries.warnings(findVisible(id, caller).id(), limit, cursor);
    }

    private Import findVisible(String id, SecurityContext caller) {
        Import found = findOrNotFound(ImportId.parse(id));
        ImportParameters.requireVisible(found.kind(), caller);
        return found;
    }

    private Import findOrNotFound(ImportId id) {
        return importQueries.find(id).orElseThrow(() -> ApiException.notFound("import", id.toString()));
    }
}
