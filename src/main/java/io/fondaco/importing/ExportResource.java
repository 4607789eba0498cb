package io.fondaco.importing;

import io.fondaco.access.Scopes;
import io.fondaco.platform.admission.Bulk;
import io.fondaco.platform.csv.FormulaEscaping;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.productfiles.FileFormat;
import io.fondaco.productfiles.ShopifyColumns;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.StreamingOutput;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** CSV exports over HTTP. */
@Path("/admin/v1/exports")
@Bulk
@RetriedReads
@RunOnVirtualThread
@Tag(name = "Imports and exports")
class ExportResource {

    private final CsvExporter csvExporter;
    private final ImportingSettings settings;

    ExportResource(CsvExporter csvExporter, ImportingSettings settings) {
        this.csvExporter = csvExporter;
        this.settings = settings;
    }

    @GET
    @Produces("text/csv;charset=UTF-8")
    @RolesAllowed({Scopes.CATALOG_READ, Scopes.STOCK_READ, Scopes.PRICES_READ})
    @Operation(
            operationId = "export",
            summary = "Export everything as CSV",
            description =
                    "Needs the scope catalog:read for products, stock:read for stock, prices:read for prices. Importing"
                            + " the file again leaves every row unchanged. The response starts immediately; if the"
                            + " database becomes unreachable later, it is cut off. Spreadsheet programs treat cells"
                            + " that begin with =, +, - or @ as formulas: use formulas=quoted if you open files with"
                            + " other people's text in one.")
    @APIResponse(
            responseCode = "200",
            description = "The file, streamed",
            content = @Content(mediaType = "text/csv", schema = @Schema(type = SchemaType.STRING, format = "binary")))
    public Response export(
            @Parameter(description = "products, stock or prices") @QueryParam("kind") @Nullable String kind,
            @Parameter(description = "shopify or fondaco; the default for stock and prices is fondaco")
                    @QueryParam("format")
                    @Nullable
                    String format,
            @Parameter(description = "ISO 4217 code of the prices in a shopify file") @QueryParam("currency") @Nullable
                    String currency,
            @Parameter(
                            description = "Names and order of the columns of products in a shopify file: legacy (the"
                                    + " default) or current, as in Shopify's current template. An import accepts both.")
                    @QueryParam("columns")
                    @Nullable
                    String columns,
            @Parameter(
                            description = "quoted: write an apostrophe before each cell that begins with =, +, -, @, a"
                                    + " tab or a carriage return and is not a number; an import removes it. plain (the"
                                    + " default): write cells unchanged")
                    @QueryParam("formulas")
                    @Nullable
                    String formulas,
            @Context SecurityContext caller) {
        FileKind fileKind = ImportParameters.kind(kind);
        ImportParameters.requireScope(caller, fileKind.readScope());
        FileFormat fileFormat = ImportParameters.format(format, fileKind);
        String priceCurrency = ImportParameters.currency(currency, fileKind, fileFormat, settings.defaultCurrency());
        ShopifyColumns.TemplateVersion templateVersion = ImportParameters.columns(columns, fileKind, fileFormat);
        FormulaEscaping escaping = ImportParameters.formulas(formulas);
        StreamingOutput file =
                switch (fileKind) {
                    case PRODUCTS -> {
                        CsvExporter.ProductExportOptions options = new CsvExporter.ProductExportOptions(
                                fileFormat, priceCurrency, templateVersion, escaping);
                        yield output -> csvExporter.exportProducts(options, output);
                    }
                    case STOCK -> output -> csvExporter.exportStock(fileFormat, escaping, output);
                    case PRICES -> output -> csvExporter.exportPrices(escaping, output);
                };
        return Response.ok(file)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"%s-%s.csv\"".formatted(fileKind, fileFormat))
                .build();
    }
}
