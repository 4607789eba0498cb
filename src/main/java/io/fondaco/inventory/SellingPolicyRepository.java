package io.fondaco.inventory;

import io.fondaco.inventory.SellingPolicy.PolicyKind;
import io.fondaco.inventory.SellingPolicyRepository.SellingPolicyEntity;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.LocalDate;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads selling policies. A SKU without one has {@link SellingPolicy#DENY} in version 0. */
@ApplicationScoped
class SellingPolicyRepository implements PanacheRepositoryBase<SellingPolicyEntity, String> {
    /** The stored policy, which {@link StockStatements#upsertSellingPolicy} writes. */
    @Entity(name = "SellingPolicyEntity")
    @Table(schema = "inventory", name = "selling_policy")
    static class SellingPolicyEntity {
        @Id
        String sku;

        String policy;

        @Column(name = "backorder_limit")
        long backorderLimit;

        @Column(name = "expected_on")
        @Nullable
        LocalDate expectedOn;

        String location;

        @Version
        long version;
    }

    /** @param version 0 if no policy was set */
    record VersionedPolicy(SellingPolicy policy, long version) {}

    record PolicyRow(
            String policy, long backorderLimit, @Nullable LocalDate expectedOn, String location, long version) {

        private VersionedPolicy toPolicy() {
            PolicyKind kind = PolicyKind.fromColumn(policy);
            return new VersionedPolicy(
                    new SellingPolicy(kind, kind == PolicyKind.DENY ? null : backorderLimit, expectedOn, location),
                    version);
        }
    }

    VersionedPolicy get(String sku) {
        return toPolicy(select(sku));
    }

    /** The policy, locked until the transaction ends if there is one. */
    VersionedPolicy lock(String sku) {
        return toPolicy(select(sku).withLock(LockModeType.PESSIMISTIC_WRITE));
    }

    private PanacheQuery<PolicyRow> select(String sku) {
        return find("""
                        select policy, backorderLimit, expectedOn, location, version from SellingPolicyEntity
                         where sku = :sku
                        """, Map.of("sku", sku)).project(PolicyRow.class);
    }

    private static VersionedPolicy toPolicy(PanacheQuery<PolicyRow> rows) {
        return rows.singleResultOptional().map(PolicyRow::toPolicy).orElse(new VersionedPolicy(SellingPolicy.DENY, 0));
    }
}
