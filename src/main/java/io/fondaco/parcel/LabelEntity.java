package io.fondaco.parcel;

import io.fondaco.order.FulfillmentId;
import io.fondaco.order.OrderId;
import io.fondaco.order.UnitSelection.LineQuantity;
import io.fondaco.platform.money.Money;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.Mutability;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.java.Immutability;
import org.jspecify.annotations.Nullable;

/** The stored {@link Label}. {@link LabelStatements} writes it; this entity is only queried. */
@Entity
@Immutable
@Table(schema = "parcel", name = "label")
class LabelEntity {
    @Id
    UUID id;

    @Column(name = "order_id")
    UUID orderId;

    String provider;

    String state;

    @Column(name = "weight_grams")
    long weightGrams;

    @Column(name = "length_mm")
    @Nullable
    Integer lengthMm;

    @Column(name = "width_mm")
    @Nullable
    Integer widthMm;

    @Column(name = "height_mm")
    @Nullable
    Integer heightMm;

    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<LineQuantity> lines;

    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    @Nullable
    LabelRequest request;

    @Nullable
    String carrier;

    @Column(name = "tracking_number")
    @Nullable
    String trackingNumber;

    @Column(name = "tracking_url")
    @Nullable
    String trackingUrl;

    @Column(name = "document_type")
    @Nullable
    String documentType;

    @Column(name = "document_url")
    @Nullable
    String documentUrl;

    @Column(name = "provider_reference")
    @Nullable
    String providerReference;

    @Nullable
    Long cost;

    @Nullable
    String currency;

    @Nullable
    String error;

    @Column(name = "fulfillment_id")
    @Nullable
    UUID fulfillmentId;

    long version;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    /** A label as it was read, in the order of {@link LabelRepository} and {@link LabelStatements}. */
    record LabelRow(
            UUID id,
            UUID orderId,
            String provider,
            String state,
            long weightGrams,
            @Nullable Integer lengthMm,
            @Nullable Integer widthMm,
            @Nullable Integer heightMm,
            List<LineQuantity> lines,
            @Nullable LabelRequest request,
            @Nullable String carrier,
            @Nullable String trackingNumber,
            @Nullable String trackingUrl,
            @Nullable String documentType,
            @Nullable String documentUrl,
            @Nullable String providerReference,
            @Nullable Long cost,
            @Nullable String currency,
            @Nullable String error,
            @Nullable UUID fulfillmentId,
            long version,
            Instant createdAt,
            Instant updatedAt) {

        LabelRow {
            lines = List.copyOf(lines);
        }

        LabelState labelState() {
            return LabelState.ofColumn(state);
        }

        /** Whether its units are in a parcel that is not sent yet. */
        boolean holdsUnits() {
            return fulfillmentId == null
                    && (labelState() == LabelState.REQUESTED || labelState() == LabelState.PURCHASED);
        }

        Label toLabel() {
            return new Label(
                    new LabelId(id),
                    new OrderId(orderId),
                    provider,
                    labelState(),
                    weightGrams,
                    lengthMm,
                    widthMm,
                    heightMm,
                    lines,
                    carrier,
                    trackingNumber,
                    trackingUrl,
                    documentType,
                    documentUrl,
                    cost == null ? null : Money.of(cost, Objects.requireNonNull(currency)),
                    error,
                    fulfillmentId == null ? null : new FulfillmentId(fulfillmentId),
                    createdAt,
                    updatedAt);
        }
    }
}
