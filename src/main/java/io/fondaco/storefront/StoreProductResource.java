package io.fondaco.storefront;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.CatalogCacheTags;
import io.fondaco.catalog.CategoryId;
import io.fondaco.catalog.Product;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.VariantAvailability;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.cache.CacheLookup;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.cache.CacheableResponse;
import io.fondaco.platform.cache.CachedRoute;
import io.fondaco.platform.cache.ResponseCache;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.paging.PaginationLinkFilter;
import io.fondaco.platform.postal.CountryCode;
import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.RolePath;
import io.fondaco.platform.web.ApiException;
import io.fondaco.pricing.Pricing;
import io.fondaco.tax.Taxes;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/**
 * Products for shoppers, as cached responses. Loading a page or a product takes three statements on a replica: the
 * products with variants and categories, their prices, and their availability. A listing of a category takes one more,
 * to find the category, a reduced price one more, to find the lowest price before, and a country two more, to find its
 * taxes.
 */
@Path(StoreProductResource.PATH)
@org.eclipse.microprofile.openapi.annotations.tags.Tag(name = "Products")
@PermitAll
@ReadsFrom(value = Route.REPLICA, mayBeStale = true)
@RetriedReads
@RunOnVirtualThread
class StoreProductResource {
    static final String PATH = "/store/v1/products";
    private static final String PRODUCT = "/{product}";
    private static final CachedRoute LIST_ROUTE =
            new CachedRoute(PATH, List.of("limit", "cursor", "category", "sort", "currency", "country"));
    private static final CachedRoute PRODUCT_ROUTE = new CachedRoute(PATH + PRODUCT, List.of("currency", "country"));

    private final Catalog catalog;
    private final ProductExistenceBatcher productExistence;
    private final Pricing pricing;
    private final Taxes taxes;
    private final VariantAvailability availability;
    private final StorefrontSettings settings;
    private final ResponseCache cache;

    StoreProductResource(
            Catalog catalog,
            ProductExistenceBatcher productExistence,
            Pricing pricing,
            Taxes taxes,
            VariantAvailability availability,
            StorefrontSettings settings,
            ResponseCache cache) {
        this.catalog = catalog;
        this.productExistence = productExistence;
        this.pricing = pricing;
        this.taxes = taxes;
        this.availability = availability;
        this.settings = settings;
        this.cache = cache;
    }

    @Produces
    @Singleton
    static RolePath role() {
        return new RolePath(PodRole.BROWSE, PATH);
    }

    @Produces
    @Singleton
    static CachedRoute listRoute() {
        return LIST_ROUTE;
    }

    @Produces
    @Singleton
    static CachedRoute productRoute() {
        return PRODUCT_ROUTE;
    }

    @GET
    @Operation(
            operationId = "listProducts",
            summary = "List products",
            description = "Active products, newest first unless sorted otherwise: `created_at`, `-created_at`,"
                    + " `title`, `price`, `-price`. `category` is a slug or an id and includes its descendants. A"
                    + " listing by price contains only products with a base price in the currency, and is sorted by"
                    + " it; prices of price lists do not change the order. With `country` (ISO 3166-1 alpha-2) the"
                    + " prices include those of price lists for that country, and the taxes there are shown.")
    @APIResponse(
            responseCode = "200",
            description = "A page of products.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ProductPage.class)))
    @APIResponse(responseCode = "304", description = "Not modified: the ETag in If-None-Match is current.")
    public Response list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor,
            @RestQuery @Size(max = 300) @Nullable String category,
            @RestQuery @DefaultValue("-created_at") @Size(max = 30) String sort,
            @RestQuery @Size(max = 10) @Nullable String currency,
            @RestQuery @CountryCode @Nullable String country,
            @Context UriInfo uri) {
        ProductSortOrder listing = ProductSortOrder.fromParameter(sort)
                .orElseThrow(() -> ApiException.badRequest(
                        "unknown_sort", "Sort by created_at, -created_at, title, price or -price."));
        Market market = market(currency, country);
        Optional<PageCursor> after = PageCursor.decode(cursor, sort, 2);
        return cache.getOrLoad(cache.lookUp(LIST_ROUTE), () -> {
                    Optional<CategoryId> categoryId = category == null ? Optional.empty() : category(category);
                    return category != null && categoryId.isEmpty()
                            ? CacheableResponse.notFound(Set.of(CatalogCacheTags.CATEGORIES))
                            : page(listing, market, categoryId, after, limit, uri);
                })
                .orElseThrow(() -> ApiException.badRequest("unknown_category", "There is no such category."));
    }

    /** A page of products, as the contract describes it. */
    @Schema(name = "PageStoreProduct", description = "One page of a list.")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record ProductPage(
            List<StoreProduct> data,

            @Schema(description = "Send it as ?cursor= for the next page; null on the last.") @Nullable
            String nextCursor) {}

    private CacheableResponse page(
            ProductSortOrder listing,
            Market market,
            Optional<CategoryId> category,
            Optional<PageCursor> after,
            int limit,
            UriInfo uri) {
        List<Product> rows =
                catalog.listActive(listing.listing(market.currency(), category.orElse(null), after, limit + 1));
        MarketPrices prices = prices(rows, market);
        Page<Product> page = Page.fromRows(rows, limit, last -> listing.cursor(last, lowestBasePrice(last, prices)));
        Map<String, VariantAvailability.Availability> stock = stock(page.data());
        List<StoreProduct> shown = page.data().stream()
                .map(row -> StoreProduct.of(row, prices, stock))
                .toList();
        Set<CacheTag> cacheTags = new HashSet<>(listing.cacheTags(
                market.currency(),
                after,
                rows.size() <= limit ? Optional.empty() : Optional.of(lowestBasePrice(rows.getLast(), prices))));
        cacheTags.addAll(prices.tags());
        rows.forEach(row -> cacheTags.addAll(CatalogCacheTags.ofProduct(row)));
        category.ifPresent(_ -> cacheTags.add(CatalogCacheTags.CATEGORIES));
        String next = page.nextCursor() == null ? null : PaginationLinkFilter.bindCursor(uri, page.nextCursor());
        return CacheableResponse.page(
                        new ProductPage(shown, next),
                        cacheTags,
                        next == null ? null : PaginationLinkFilter.relativeNextLink(uri, next))
                .validUntil(prices.validUntil());
    }

    @GET
    @Path(PRODUCT)
    @Operation(
            operationId = "getProduct",
            summary = "Get a product",
            description = "By id or slug. With `country` (ISO 3166-1 alpha-2) the prices include those of price lists"
                    + " for that country, and the taxes there are shown. Returns 304 if If-None-Match has the current"
                    + " ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The product.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = StoreProduct.class)))
    @APIResponse(responseCode = "304", description = "Not modified: the ETag in If-None-Match is current.")
    public Response get(
            @RestPath String product,
            @RestQuery @Size(max = 10) @Nullable String currency,
            @RestQuery @CountryCode @Nullable String country) {
        Market market = market(currency, country);
        Set<CacheTag> ownTag = Set.of(tagForIdOrSlug(product));
        CacheLookup lookup = cache.lookUp(PRODUCT_ROUTE);
        if (cache.isUnknown(lookup, ownTag) && !productExistence.mayExist(product)) {
            throw ApiException.notFound("product", product);
        }
        return cache.getOrLoad(lookup, () -> {
                    Optional<Product> found = find(product);
                    if (found.isEmpty()) {
                        productExistence.recordMiss();
                        return CacheableResponse.notFound(ownTag);
                    }
                    return page(found.get(), market);
                })
                .orElseThrow(() -> ApiException.notFound("product", product));
    }

    private CacheableResponse page(Product product, Market market) {
        List<Product> rows = List.of(product);
        MarketPrices prices = prices(rows, market);
        Set<CacheTag> cacheTags = new HashSet<>(CatalogCacheTags.ofProduct(product));
        cacheTags.addAll(prices.tags());
        return CacheableResponse.of(StoreProduct.of(product, prices, stock(rows)), cacheTags)
                .validUntil(prices.validUntil());
    }

    private static CacheTag tagForIdOrSlug(String product) {
        return ProductId.matches(product)
                ? CatalogCacheTags.product(ProductId.parse(product))
                : CatalogCacheTags.slug(product);
    }

    private Optional<Product> find(String product) {
        return ProductId.matches(product) ? catalog.findActive(ProductId.parse(product)) : catalog.findActive(product);
    }

    /**
     * Whose prices are shown.
     *
     * @param country of the shipping address; empty if it is not known
     */
    private record Market(String currency, Optional<String> country) {}

    private Market market(@Nullable String currency, @Nullable String country) {
        return new Market(
                currency == null ? settings.defaultCurrency() : requireCurrency(currency),
                Optional.ofNullable(country));
    }

    private static String requireCurrency(String requested) {
        if (!Money.isCurrency(requested)) {
            throw ApiException.badRequest("unknown_currency", "A currency must be an ISO 4217 code, for example EUR.");
        }
        return requested;
    }

    private Optional<CategoryId> category(String category) {
        return CategoryId.matches(category) ? Optional.of(CategoryId.parse(category)) : catalog.findCategory(category);
    }

    private MarketPrices prices(Collection<Product> rows, Market market) {
        Instant now = Instant.now();
        List<VariantId> variants = rows.stream()
                .flatMap(row -> row.variants().stream())
                .map(variant -> new VariantId(variant.id()))
                .toList();
        return new MarketPrices(
                pricing.findPublicPrices(market.currency(), market.country(), now, variants),
                market.country().map(country -> taxes.publicTaxes(country, now)));
    }

    private Map<String, VariantAvailability.Availability> stock(Collection<Product> rows) {
        return availability.availability(rows.stream()
                .flatMap(row -> row.variants().stream())
                .filter(Product.Variant::inventoryTracked)
                .map(Product.Variant::sku)
                .toList());
    }

    /** Listings are sorted by base prices. */
    private static long lowestBasePrice(Product row, MarketPrices prices) {
        return row.variants().stream()
                .flatMap(variant -> prices.find(new VariantId(variant.id())).stream())
                .flatMap(price -> price.base().stream())
                .mapToLong(base -> base.price().amount())
                .min()
                .orElse(0);
    }
}
