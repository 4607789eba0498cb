package io.fondaco.parcel;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.order.FulfillmentId;
import io.fondaco.order.OrderId;
import io.fondaco.parcel.LabelEntity.LabelRow;
import io.fondaco.parcel.LabelProvider.Purchased;
import io.fondaco.parcel.ParcelPlanner.PlannedParcel;
import io.fondaco.platform.Backoff;
import io.fondaco.platform.jobs.DueWork;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The native SQL of this module: conditional updates that decide between concurrent writers, and the claim of due work.
 * Each method is one statement, in the caller's transaction.
 */
@ApplicationScoped
class LabelStatements {
    private static final String COLUMNS =
            "id, order_id, provider, state, weight_grams, length_mm, width_mm, height_mm, lines, request, carrier,"
                    + " tracking_number, tracking_url, document_type, document_url, provider_reference, cost, currency,"
                    + " error, fulfillment_id, version, created_at, updated_at";

    /**
     * Lease of a label, for the request that records it and for each claim: longer than a purchase and the cancellation
     * after it.
     */
    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final Backoff BACKOFF = new Backoff(LEASE, Duration.ofMinutes(15));
    private static final String UNANSWERED = "state IN ('requested', 'cancelling')";

    /** Whether a label is due, for {@link io.fondaco.platform.jobs.DueWorkPoll}. */
    static final String HAS_DUE_LABELS =
            DueWork.in("parcel.label").where(UNANSWERED).anyDue();

    private final Sql sql;
    private final ObjectMapper json;
    private final DueWork<LabelRow> work;

    LabelStatements(Sql sql, ObjectMapper json) {
        this.sql = sql;
        this.json = json;
        this.work = DueWork.in("parcel.label")
                .where(UNANSWERED)
                .lease(LEASE)
                .backoff(BACKOFF)
                .returning(COLUMNS, LabelRow.class, sql);
    }

    /** Records that a label is requested; the caller has it for one lease. */
    LabelRow insert(OrderId order, String provider, LabelRequest request, PlannedParcel parcel) {
        LabelRequest.Size size = parcel.content().size();
        return sql.query("""
                        INSERT INTO parcel.label
                               (id, order_id, provider, weight_grams, length_mm, width_mm, height_mm, lines, request,
                                leased_until)
                        VALUES (:id, :order, :provider, :weight, cast(:length AS int), cast(:width AS int),
                                cast(:height AS int), cast(:lines AS jsonb), cast(:request AS jsonb),
                                clock_timestamp() + make_interval(secs => :lease))
                        RETURNING\s""" + COLUMNS, LabelRow.class)
                .setParameter("id", request.id().value())
                .setParameter("order", order.value())
                .setParameter("provider", provider)
                .setParameter("weight", parcel.content().weightGrams())
                .setParameter("length", size == null ? null : size.lengthMm())
                .setParameter("width", size == null ? null : size.widthMm())
                .setParameter("height", size == null ? null : size.heightMm())
                .setParameter("lines", Json.write(json, parcel.lines()))
                .setParameter("request", Json.write(json, request))
                .setParameter("lease", Seconds.of(LEASE))
                .getSingleResult();
    }

    /** Claims labels whose provider must be asked. */
    List<LabelRow> claim(int limit) {
        return work.claim(limit);
    }

    /**
     * Records a label that was bought. One that is to be cancelled stays so.
     *
     * @return empty if the outcome was known before
     */
    Optional<LabelRow> recordPurchase(LabelId id, Purchased purchased) {
        return sql.query("""
                        UPDATE parcel.label
                           SET state = CASE state WHEN 'requested' THEN 'purchased' ELSE state END, request = NULL,
                               carrier = :carrier, tracking_number = :number, tracking_url = cast(:url AS text),
                               document_type = cast(:type AS text), document_url = cast(:documentUrl AS text),
                               provider_reference = cast(:reference AS text), cost = :cost, currency = :currency,
                               error = NULL, version = version + 1, updated_at = now()
                         WHERE id = :id AND request IS NOT NULL
                        RETURNING\s""" + COLUMNS, LabelRow.class)
                .setParameter("carrier", purchased.carrier())
                .setParameter("number", purchased.trackingNumber())
                .setParameter("url", purchased.trackingUrl().orElse(null))
                .setParameter(
                        "type",
                        purchased.document().map(LabelDocument::contentType).orElse(null))
                .setParameter("documentUrl", purchased.documentUrl().orElse(null))
                .setParameter("reference", purchased.providerReference().orElse(null))
                .setParameter("cost", purchased.cost().amount())
                .setParameter("currency", purchased.cost().currency())
                .setParameter("id", id.value())
                .uniqueResultOptional();
    }

    /**
     * Records that the provider refused to sell a label. One that is to be cancelled is cancelled then.
     *
     * @return empty if the outcome was known before
     */
    Optional<LabelRow> recordRefusal(LabelId id, String reason) {
        return sql.query("""
                        UPDATE parcel.label
                           SET state = CASE state WHEN 'requested' THEN 'failed' ELSE 'cancelled' END, request = NULL,
                               error = :reason, version = version + 1, updated_at = now()
                         WHERE id = :id AND request IS NOT NULL
                        RETURNING\s""" + COLUMNS, LabelRow.class)
                .setParameter("reason", reason)
                .setParameter("id", id.value())
                .uniqueResultOptional();
    }

    /**
     * Moves a requested or purchased label that no fulfillment names to cancelling. A purchased one is the caller's for
     * one lease.
     *
     * @return empty if the label is in another state or used
     */
    Optional<LabelRow> requestCancellation(OrderId order, LabelId id) {
        return sql.query("""
                        UPDATE parcel.label
                           SET state = 'cancelling', error = NULL, version = version + 1, updated_at = now(),
                               attempts = 0, next_attempt_at = now(), lease = NULL,
                               leased_until = CASE state WHEN 'requested' THEN leased_until
                                   ELSE clock_timestamp() + make_interval(secs => :lease) END
                         WHERE id = :id AND order_id = :order AND state IN ('requested', 'purchased')
                           AND fulfillment_id IS NULL
                        RETURNING\s""" + COLUMNS, LabelRow.class)
                .setParameter("lease", Seconds.of(LEASE))
                .setParameter("id", id.value())
                .setParameter("order", order.value())
                .uniqueResultOptional();
    }

    /** Records that a label is cancelled. @return empty if it was recorded before */
    Optional<LabelRow> recordCancellation(LabelId id) {
        return endCancellation(id, LabelState.CANCELLED, Optional.empty());
    }

    /** Records that the provider does not cancel a label: it can be used. @return empty if it was recorded before */
    Optional<LabelRow> recordRefusedCancellation(LabelId id, String reason) {
        return endCancellation(id, LabelState.PURCHASED, Optional.of(reason));
    }

    private Optional<LabelRow> endCancellation(LabelId id, LabelState state, Optional<String> reason) {
        return sql.query("""
                        UPDATE parcel.label
                           SET state = :state, error = cast(:reason AS text), version = version + 1, updated_at = now()
                         WHERE id = :id AND state = 'cancelling' AND request IS NULL
                        RETURNING\s""" + COLUMNS, LabelRow.class)
                .setParameter("state", state.column())
                .setParameter("reason", reason.orElse(null))
                .setParameter("id", id.value())
                .uniqueResultOptional();
    }

    /** Records why the outcome of the last call is unknown. */
    void recordError(LabelId id, String error) {
        sql.update("""
                        UPDATE parcel.label SET error = :error, updated_at = now()
                         WHERE id = :id AND\s""" + UNANSWERED)
                .setParameter("error", error)
                .setParameter("id", id.value())
                .executeUpdate();
    }

    /** Uses a purchased label for a fulfillment. @return empty if it is in another state or used */
    Optional<LabelRow> use(OrderId order, LabelId id, FulfillmentId fulfillment) {
        return sql.query("""
                        UPDATE parcel.label
                           SET fulfillment_id = :fulfillment, version = version + 1, updated_at = now()
                         WHERE id = :id AND order_id = :order AND state = 'purchased' AND fulfillment_id IS NULL
                        RETURNING\s""" + COLUMNS, LabelRow.class)
                .setParameter("fulfillment", fulfillment.value())
                .setParameter("id", id.value())
                .setParameter("order", order.value())
                .uniqueResultOptional();
    }
}
