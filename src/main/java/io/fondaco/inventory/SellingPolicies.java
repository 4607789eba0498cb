package io.fondaco.inventory;

import io.fondaco.catalog.Catalog;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;

/** Stores selling policies, and the backorder limits that follow from them in the stock levels. */
@ApplicationScoped
class SellingPolicies {
    private final EntityManager entities;
    private final Catalog catalog;

    SellingPolicies(EntityManager entities, Catalog catalog) {
        this.entities = entities;
        this.catalog = catalog;
    }

    /** @param version 0 if no policy was set */
    record VersionedPolicy(SellingPolicy policy, long version) {}

    VersionedPolicy find(String sku) {
        return load(sku, "");
    }

    @Transactional(Transactional.TxType.MANDATORY)
    VersionedPolicy lock(String sku) {
        return load(sku, " FOR UPDATE");
    }

    private VersionedPolicy load(String sku, String lock) {
        List<?> rows = entities.createNativeQuery("""
                        SELECT policy, backorder_limit, expected_on, location, version
                          FROM inventory.selling_policy WHERE sku = :sku""" + lock, Tuple.class)
                .setParameter("sku", sku)
                .getResultList();
        return rows.stream()
                .map(Tuple.class::cast)
                .map(row -> new VersionedPolicy(
                        mapRow(row), row.get("version", Number.class).longValue()))
                .findFirst()
                .orElse(new VersionedPolicy(SellingPolicy.DENY, 0));
    }

    private static SellingPolicy mapRow(Tuple row) {
        SellingPolicy.PolicyKind policyKind = SellingPolicy.PolicyKind.fromColumn(row.get("policy", String.class));
        return new SellingPolicy(
                policyKind,
                policyKind == SellingPolicy.PolicyKind.DENY
                        ? null
                        : row.get("backorder_limit", Number.class).longValue(),
                row.get("expected_on", LocalDate.class),
                row.get("location", String.class));
    }

    /**
     * Saves the policy and sets the backorder limit of the one level that counts its backorders. A lower limit does not
     * affect existing backorders. Three statements.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    VersionedPolicy save(String sku, SellingPolicy policy) {
        long limit = policy.limit() == null ? 0 : policy.limit();
        entities.createNativeQuery("""
                        WITH inserted AS (
                            INSERT INTO inventory.stock_level (sku, location, on_hand) VALUES (:sku, :location, 0)
                            ON CONFLICT (sku, location) DO NOTHING
                        )
                        SELECT location FROM inventory.stock_level WHERE sku = :sku ORDER BY sku, location FOR UPDATE
                        """)
                .setParameter("sku", sku)
                .setParameter("location", policy.location())
                .getResultList();
        entities.createNativeQuery("""
                        WITH saved_policy AS (
                            INSERT INTO inventory.selling_policy AS p (sku, policy, backorder_limit, expected_on, location)
                            VALUES (:sku, :policy, :limit, cast(:expected AS date), :location)
                            ON CONFLICT (sku) DO UPDATE
                               SET policy = excluded.policy, backorder_limit = excluded.backorder_limit,
                                   expected_on = excluded.expected_on, location = excluded.location,
                                   version = p.version + 1, updated_at = now()
                        )
                        UPDATE inventory.stock_level
                           SET backorder_limit = CASE WHEN location = :location THEN :limit ELSE 0 END
                         WHERE sku = :sku
                        """)
                .setParameter("sku", sku)
                .setParameter("policy", policy.policy().toColumn())
                .setParameter("limit", limit)
                .setParameter(
                        "expected",
                        policy.expectedOn() == null ? null : policy.expectedOn().toString())
                .setParameter("location", policy.location())
                .executeUpdate();
        catalog.availabilityChanged(Set.of(sku));
        return find(sku);
    }
}
