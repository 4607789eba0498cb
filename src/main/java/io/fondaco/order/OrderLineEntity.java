package io.fondaco.order;

import io.fondaco.order.NewOrder.LineTaxes;
import io.fondaco.order.NewOrder.NewOrderLine;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxLine;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.Mutability;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.java.Immutability;
import org.jspecify.annotations.Nullable;

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

    @Column(name = "price_includes_tax")
    boolean priceIncludesTax;

    @Column(name = "price_list")
    @Nullable
    String priceList;

    @Column(name = "price_list_name")
    @Nullable
    String priceListName;

    @Column(name = "tax_lines")
    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<TaxLine> taxLines;

    long tax;

    @Column(name = "included_tax")
    long includedTax;

    long rounding;

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
            boolean priceIncludesTax,
            @Nullable String priceList,
            @Nullable String priceListName,
            long total,
            long discount,
            List<TaxLine> taxLines,
            long tax,
            long includedTax,
            long rounding,
            int cancelledQuantity,
            int fulfilledQuantity,
            int refundedQuantity,
            int returnedQuantity,
            int restockedQuantity,
            boolean stockTaken,
            int refundedUnsentQuantity) {

        /** A line that is not stored yet. */
        static OrderLineRow of(NewOrderLine line, int backorderedQuantity, long rounding) {
            Optional<LineTaxes> taxes = Optional.ofNullable(line.taxes());
            return new OrderLineRow(
                    TypeId.newUuid(),
                    line.variantId(),
                    line.sku(),
                    line.title(),
                    line.quantity(),
                    backorderedQuantity,
                    line.unitPrice().amount(),
                    taxes.map(LineTaxes::priceIncludesTax).orElse(false),
                    line.priceList(),
                    line.priceListName(),
                    line.unitPrice().times(line.quantity()).amount(),
                    line.discountAmount(),
                    taxes.map(LineTaxes::taxLines).orElse(List.of()),
                    line.taxAmount(),
                    line.includedTaxAmount(),
                    rounding,
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
                    priceIncludesTax,
                    priceList,
                    priceListName,
                    Money.of(total, currency),
                    Money.of(discount, currency),
                    taxLines,
                    Money.of(tax, currency),
                    Money.of(includedTax, currency),
                    cancelledQuantity,
                    fulfilledQuantity,
                    refundedQuantity,
                    returnedQuantity,
                    restockedQuantity,
                    stockTaken,
                    refundedUnsentQuantity,
                    Money.of(rounding, currency));
        }
    }
}
