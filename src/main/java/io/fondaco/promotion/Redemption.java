package io.fondaco.promotion;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** The use of a promotion by an order. Written only by {@link PromotionStatements}. */
@Entity
@Immutable
@Table(schema = "promotion", name = "redemption")
class Redemption {
    @EmbeddedId
    RedemptionId id;

    @Embeddable
    record RedemptionId(
            @Column(name = "order_id") UUID orderId,
            @Column(name = "promotion_id") UUID promotionId) {}
}
