package io.fondaco.inventory;

import static java.util.Objects.requireNonNull;

import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.SellingPolicyRepository.VersionedPolicy;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The selling policies of SKUs in the catalog, and the backorder limits that follow from them in the stock levels. */
@ApplicationScoped
class SellingPolicies {
    private final SellingPolicyRepository policies;
    private final StockStatements statements;
    private final LocationService locations;
    private final Catalog catalog;

    SellingPolicies(
            SellingPolicyRepository policies, StockStatements statements, LocationService locations, Catalog catalog) {
        this.policies = policies;
        this.statements = statements;
        this.locations = locations;
        this.catalog = catalog;
    }

    /** @throws ApiException 404 if no variant has the SKU */
    VersionedPolicy get(String sku) {
        requireKnown(sku);
        return policies.get(sku);
    }

    /**
     * Stores the policy. A lower limit does not affect existing backorders.
     *
     * @param ifMatch as sent
     * @throws ApiException 404 if no variant has the SKU; 412, 428 as {@link IfMatch#require}; 422 {@code
     *     limit_and_policy}, {@code unknown_location}, {@code invalid_location}
     */
    @Transactional
    VersionedPolicy set(String sku, @Nullable String ifMatch, SellingPolicy input) {
        requireKnown(sku);
        SellingPolicy valid = input.validated();
        SellingPolicy policy = valid.withLocation(locations.require(requireNonNull(valid.location()), false));
        IfMatch.require(ifMatch, policies.lock(sku).version());
        statements.createAndLockLevels(new StockKey(sku, requireNonNull(policy.location())));
        statements.upsertSellingPolicy(sku, policy);
        catalog.availabilityChanged(Set.of(sku));
        return policies.get(sku);
    }

    private void requireKnown(String sku) {
        if (catalog.idsBySku(List.of(sku)).isEmpty()) {
            throw ApiException.notFound("SKU", sku);
        }
    }
}
