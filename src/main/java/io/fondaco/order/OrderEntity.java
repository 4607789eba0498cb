package io.fondaco.order;

import io.fondaco.customer.CustomerId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.tax.TaxExemption;
import io.fondaco.tax.TaxLine;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.Mutability;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.java.Immutability;
import org.jspecify.annotations.Nullable;

/**
 * The stored {@link Order}, without its lines. {@link OrderStatements} writes it together with its lines and its
 * history, so this entity is only queried.
 */
@Entity
@Immutable
@Table(schema = "\"order\"", name = "orders")
class OrderEntity {
    @Id
    UUID id;

    long number;

    @Column(name = "token_hash")
    byte[] tokenHash;

    @Column(name = "customer_id")
    UUID customerId;

    String email;

    String currency;

    String status;

    @Column(name = "payment_status")
    String paymentStatus;

    @Column(name = "fulfillment_status")
    String fulfillmentStatus;

    @Column(name = "shipping_address")
    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    @Nullable
    PostalAddress shippingAddress;

    @Column(name = "billing_address")
    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    @Nullable
    PostalAddress billingAddress;

    @Column(name = "shipping_method")
    @Nullable
    String shippingMethod;

    @Embedded
    Amounts amounts;

    @Column(name = "cancelled_amount")
    long cancelledAmount;

    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<Discount> discounts;

    @Column(name = "tax_id")
    @Nullable
    String taxId;

    @Column(name = "tax_exemption")
    @Nullable
    String taxExemption;

    @Column(name = "prices_include_tax")
    boolean pricesIncludeTax;

    @Column(name = "tax_lines")
    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<TaxLine> taxLines;

    @Column(name = "shipping_tax_lines")
    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<TaxLine> shippingTaxLines;

    long version;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    /** The {@link Totals} in minor units of the order's currency. */
    @Embeddable
    record Amounts(
            long subtotal,
            long discount,
            long shipping,
            long tax,
            @Column(name = "included_tax") long includedTax,
            long rounding,
            long total) {
        static Amounts of(Totals totals) {
            return new Amounts(
                    totals.subtotal().amount(),
                    totals.discount().amount(),
                    totals.shipping().amount(),
                    totals.tax().amount(),
                    totals.includedTax().amount(),
                    totals.rounding().amount(),
                    totals.total().amount());
        }

        Totals toTotals(String currency) {
            return new Totals(
                    Money.of(subtotal, currency),
                    Money.of(discount, currency),
                    Money.of(shipping, currency),
                    Money.of(tax, currency),
                    Money.of(includedTax, currency),
                    Money.of(rounding, currency),
                    Money.of(total, currency));
        }
    }

    /** The columns of an {@link Order}, in the order of {@link OrderRepository}. */
    record OrderRow(
            UUID id,
            long number,
            String status,
            String paymentStatus,
            String fulfillmentStatus,
            UUID customerId,
            String email,
            String currency,
            @Nullable PostalAddress shippingAddress,
            @Nullable PostalAddress billingAddress,
            @Nullable String shippingMethod,
            Amounts amounts,
            List<Discount> discounts,
            @Nullable String taxId,
            @Nullable String taxExemption,
            boolean pricesIncludeTax,
            List<TaxLine> taxLines,
            List<TaxLine> shippingTaxLines,
            long cancelledAmount,
            Instant createdAt,
            Instant updatedAt,
            long version) {

        Order toOrder(List<OrderLine> lines) {
            return new Order(
                    new OrderId(id),
                    number,
                    OrderStatus.ofColumn(status),
                    PaymentStatus.ofColumn(paymentStatus),
                    FulfillmentStatus.ofColumn(fulfillmentStatus),
                    new CustomerId(customerId),
                    email,
                    lines,
                    new Addresses(shippingAddress, billingAddress),
                    shippingMethod,
                    amounts.toTotals(currency),
                    discounts,
                    new OrderTaxes(
                            taxId,
                            taxExemption == null ? null : TaxExemption.ofColumn(taxExemption),
                            pricesIncludeTax,
                            taxLines,
                            shippingTaxLines),
                    Money.of(cancelledAmount, currency),
                    createdAt,
                    updatedAt,
                    version);
        }
    }
}
