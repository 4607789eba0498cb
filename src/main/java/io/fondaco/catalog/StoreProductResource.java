package io.fondaco.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.paging.Cursor;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Text;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/**
 * Products for shoppers. A page or a product is three statements on the replica: the products with all that belongs to
 * them, their prices, their stock; a listing of a category is one more, to find it.
 */
@Path("/store/v1/products")
@Tag(name = "Products")
@PermitAll
@ReadsFrom(value = Route.REPLICA, mayBeStale = true)
@RetriedReads
@RunOnVirtualThread
class StoreProductResource {
    private static final String REVALIDATE = "public, max-age=0, must-revalidate";
    private static final int TAG_BYTES = 16;

    private final ProductStore store;
    private final VariantPrices prices;
    private final VariantAvailability availability;
    private final CatalogSettings settings;
    private final ObjectMapper json;

    StoreProductResource(
            ProductStore store,
            VariantPrices prices,
            VariantAvailability availability,
            CatalogSettings settings,
            ObjectMapper json) {
        this.store = store;
        this.prices = prices;
        this.availability = availability;
        this.settings = settings;
        this.json = json;
    }

    @GET
    @Operation(
            operationId = "listProducts",
            summary = "List products",
            description =
                    "Active products, newest first unless sorted otherwise: `created_at`, `-created_at`, `title`, `price`, `-price`. "
                            + "`category` is a slug or an id and includes what lies below it. A listing by price holds what has a price in the currency.")
    public Page<StoreProduct> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor,
            @RestQuery @Size(max = 300) @Nullable String category,
            @RestQuery @DefaultValue("-created_at") @Size(max = 30) String sort,
            @RestQuery @Size(max = 10) @Nullable String currency) {
        ProductListing listing = ProductListing.byParameter(sort)
                .orElseThrow(() -> ApiException.badRequest(
                        "unknown_sort", "Sort by created_at, -created_at, title, price or -price."));
        String shownIn = currency(currency);
        UUID within = category == null ? null : category(category);
        ProductListing.Query query = listing.query(shownIn, within, Cursor.decode(cursor, sort, 2), limit + 1);
        List<ProductRow> rows = store.find(query.rest(), query.binding());
        Map<VariantId, PriceTag> tags = prices(rows, shownIn);
        Page<ProductRow> page = Page.cut(rows, limit, last -> listing.cursor(last, lowest(last, tags)));
        Map<String, Long> stock = stock(page.data());
        return page.map(row -> StoreProduct.of(row, tags, stock));
    }

    @GET
    @Path("/{product}")
    @Operation(
            operationId = "getProduct",
            summary = "Look at a product",
            description = "By id or slug. Answers 304 when If-None-Match holds its current ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The product.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = StoreProduct.class)))
    @APIResponse(responseCode = "304", description = "It is what you have.")
    public Response get(
            @RestPath String product, @RestQuery @Size(max = 10) @Nullable String currency, @Context Request request) {
        String shownIn = currency(currency);
        List<ProductRow> rows = find(product);
        if (rows.isEmpty()) {
            throw ApiException.notFound("product", product);
        }
        byte[] body = write(StoreProduct.of(rows.getFirst(), prices(rows, shownIn), stock(rows)));
        EntityTag tag = new EntityTag(HexFormat.of().formatHex(Secret.hash(body), 0, TAG_BYTES));
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        Response.ResponseBuilder answer =
                unchanged == null ? Response.ok(body, MediaType.APPLICATION_JSON_TYPE) : unchanged;
        return answer.tag(tag).header(HttpHeaders.CACHE_CONTROL, REVALIDATE).build();
    }

    private List<ProductRow> find(String product) {
        if (Text.hasNul(product)) {
            return List.of();
        }
        return TypeId.matches(ProductId.PREFIX, product)
                ? store.find(
                        "WHERE p.id = ? AND p.status = 'active'",
                        (_, select) ->
                                select.setObject(1, ProductId.parse(product).value()))
                : store.find("WHERE p.slug = ? AND p.status = 'active'", (_, select) -> select.setString(1, product));
    }

    private String currency(@Nullable String wanted) {
        if (wanted == null) {
            return settings.defaultCurrency();
        }
        if (!Money.isCurrency(wanted)) {
            throw ApiException.badRequest("unknown_currency", "A currency is an ISO 4217 code, like EUR.");
        }
        return wanted;
    }

    private UUID category(String category) {
        if (TypeId.matches(CategoryId.PREFIX, category)) {
            return CategoryId.parse(category).value();
        }
        Optional<Category> found = Text.hasNul(category)
                ? Optional.empty()
                : Category.find("slug", category).firstResultOptional();
        return found.map(node -> node.id)
                .orElseThrow(() -> ApiException.badRequest("unknown_category", "There is no such category."));
    }

    private Map<VariantId, PriceTag> prices(Collection<ProductRow> rows, String currency) {
        return prices.in(
                currency,
                rows.stream()
                        .flatMap(row -> row.variants().stream())
                        .map(variant -> new VariantId(variant.id()))
                        .toList());
    }

    private Map<String, Long> stock(Collection<ProductRow> rows) {
        return availability.available(rows.stream()
                .flatMap(row -> row.variants().stream())
                .filter(ProductRow.VariantRow::stockChecked)
                .map(ProductRow.VariantRow::sku)
                .toList());
    }

    private static long lowest(ProductRow row, Map<VariantId, PriceTag> tags) {
        return row.variants().stream()
                .map(variant -> tags.get(new VariantId(variant.id())))
                .filter(java.util.Objects::nonNull)
                .mapToLong(tag -> tag.price().amount())
                .min()
                .orElse(0);
    }

    private byte[] write(StoreProduct product) {
        try {
            return json.writeValueAsBytes(product);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record is always writable", e);
        }
    }
}
