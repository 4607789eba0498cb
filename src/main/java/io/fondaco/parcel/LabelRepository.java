package io.fondaco.parcel;

import io.fondaco.order.OrderId;
import io.fondaco.parcel.LabelEntity.LabelRow;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Labels in Postgres. Every read is a projection and one statement. */
@ApplicationScoped
class LabelRepository implements PanacheRepositoryBase<LabelEntity, UUID> {
    private static final String SELECT = """
            select id, orderId, provider, state, weightGrams, lengthMm, widthMm, heightMm, lines, request, carrier,
                   trackingNumber, trackingUrl, documentType, documentUrl, providerReference, cost, currency, error,
                   fulfillmentId, version, createdAt, updatedAt
              from LabelEntity where\s""";

    Optional<LabelRow> find(OrderId order, LabelId label) {
        return select("orderId = :order and id = :label", Map.of("order", order.value(), "label", label.value()))
                .singleResultOptional();
    }

    /** All labels of an order, oldest first. */
    List<LabelRow> listByOrder(OrderId order) {
        return select("orderId = :order order by id", Map.of("order", order.value()))
                .list();
    }

    private PanacheQuery<LabelRow> select(String condition, Map<String, Object> parameters) {
        return find(SELECT + condition, parameters).project(LabelRow.class);
    }
}
