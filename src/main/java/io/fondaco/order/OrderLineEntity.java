package io.fondaco.order;

import io.fondaco.order.NewOrder.NewOrderLine;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.money.Money;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** The stored {@link OrderLine}. {@link OrderStatements} writes the lines of an order; this entity is only queried. */
@Entity
@Immutable
@Table(schema = "\"order\"", name = "line")
class OrderLineEntity {
    private static final String VARIANT_PREFIX = "variant";

    @Id
    UUID id;

    @Column(name = "order_id")
    UUID orderId;

    int position;

    @Column(name = "variant_id")
    UUID variantId;

    String sku;

    String title;

    int quantity;

    @Column(name = "backordered_quantity")
    int backorderedQuantity;

    @Column(name = "unit_price")
    long unitPrice;

    long total;

    long discount;

    @Column(name = "cancelled_quantity")
    int cancelledQuantity;

    @Column(name = "fulfilled_quantity")
    int fulfilledQuantity;

    @Column(name = "refunded_quantity")
    int refundedQuantity;

    @Column(name = "returned_quantity")
    int returnedQuantity;

    @Column(name = "restocked_quantity")
    int restockedQuantity;

    @Column(name = "stock_taken")
    boolean stockTaken;

    @Column(name = "refunded_unsent_quantity")
    int refundedUnsentQuantity;

    /** The columns of an {@link OrderLine}, in the order of {@link OrderRepository}; in JSON they have their names. */
    record OrderLineRow(
            UUID id,
            UUID variantId,
            String sku,
            String title,
            int quantity,
            int backorderedQuantity,
            long unitPrice,
            long total,
            long discount,
            int cancelledQuantity,
            int fulfilledQuantity,
            int refundedQuantity,
            int returnedQuantity,
            int restockedQuantity,
            boolean stockTaken,
            int refundedUnsentQuantity) {

        /** A line that is not stored yet. */
        static OrderLineRow of(NewOrderLine line, int backorderedQuantity) {
            return new OrderLineRow(
                    TypeId.newUuid(),
                    line.variantId(),
                    line.sku(),
                    line.title(),
                    line.quantity(),
                    backorderedQuantity,
                    line.unitPrice().amount(),
                    line.unitPrice().times(line.quantity()).amount(),
                    line.discountAmount(),
                    0,
                    0,
                    0,
                    0,
                    0,
                    line.stockTaken(),
                    0);
        }

        OrderLine toLine(String currency) {
            return new OrderLine(
                    new OrderLineId(id),
                    sku,
                    TypeId.format(VARIANT_PREFIX, variantId),
                    title,
                    quantity,
                    backorderedQuantity,
                    Money.of(unitPrice, currency),
                    Money.of(total, currency),
                    Money.of(discount, currency),
                    cancelledQuantity,
                    fulfilledQuantity,
                    refundedQuantity,
                    returnedQuantity,
                    restockedQuantity,
                    stockTaken,
                    refundedUnsentQuantity);
        }
    }
}
