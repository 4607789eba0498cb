package io.fondaco.promotion;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** The use of a promotion by an order. {@link PromotionStatements} writes it together with the counters. */
@Entity
@Immutable
@IdClass(RedemptionEntity.RedemptionKey.class)
@Table(schema = "promotion", name = "redemption")
class RedemptionEntity {
    @Id
    @Column(name = "order_id")
    UUID orderId;

    @Id
    @Column(name = "promotion_id")
    UUID promotionId;

    record RedemptionKey(UUID orderId, UUID promotionId) {}
}
