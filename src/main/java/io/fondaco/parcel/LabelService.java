package io.fondaco.parcel;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.catalog.Catalog;
import io.fondaco.invoice.Seller;
import io.fondaco.order.FulfillmentId;
import io.fondaco.order.Order;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderLine;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.parcel.Label.LabelList;
import io.fondaco.parcel.LabelEntity.LabelRow;
import io.fondaco.parcel.LabelProvider.CancellationResult;
import io.fondaco.parcel.LabelProvider.Cancelled;
import io.fondaco.parcel.LabelProvider.PurchaseResult;
import io.fondaco.parcel.LabelProvider.Purchased;
import io.fondaco.parcel.LabelProvider.Refused;
import io.fondaco.parcel.ParcelPlanner.PlannedParcel;
import io.fondaco.platform.idempotency.Idempotency;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The transactions of labels. Providers are asked between them, by {@link LabelWork}. */
@RetriedWrites
@ApplicationScoped
class LabelService implements Parcels {
    /** Of all states, so that an order can be read with all its labels. */
    private static final int MAX_LABELS_PER_ORDER = 1_000;

    private static final int CREATED = 201;
    private static final int ACCEPTED = 202;

    private final Idempotency idempotency;
    private final LabelRepository repository;
    private final LabelDocumentRepository documents;
    private final LabelStatements statements;
    private final Orders orders;
    private final Catalog catalog;
    private final Seller seller;
    private final Outbox outbox;
    private final ObjectMapper json;

    LabelService(
            Idempotency idempotency,
            LabelRepository repository,
            LabelDocumentRepository documents,
            LabelStatements statements,
            Orders orders,
            Catalog catalog,
            Seller seller,
            Outbox outbox,
            ObjectMapper json) {
        this.idempotency = idempotency;
        this.repository = repository;
        this.documents = documents;
        this.statements = statements;
        this.orders = orders;
        this.catalog = catalog;
        this.seller = seller;
        this.outbox = outbox;
        this.json = json;
    }

    /**
     * Records the labels that are to be bought, with the response for the case that nobody can ask the provider now.
     * Eight statements, one of them for each parcel.
     *
     * @throws ApiException 404; 409 {@code invalid_order_status}, {@code no_shipping_address}, {@code
     *     seller_incomplete}, {@code too_many_labels}; 422 as {@link ParcelPlanner#plan}
     */
    @Transactional
    Idempotency.Outcome<List<LabelRow>> request(OrderId id, IdempotencyKey key, NewLabels request) {
        return idempotency.once(key, () -> insert(orders.lock(id), request), labels -> response(toList(labels)));
    }

    private List<LabelRow> insert(Order order, NewLabels request) {
        if (order.status() != OrderStatus.CONFIRMED) {
            throw ApiException.conflict(
                    "invalid_order_status",
                    "Labels are for confirmed orders; this one is %s."
                            .formatted(order.status().column()));
        }
        PostalAddress recipient = order.addresses().shipping();
        if (recipient == null) {
            throw ApiException.conflict(
                    "no_shipping_address", "The order has no shipping address: it is collected, or nothing is sent.");
        }
        PostalAddress sender = request.sender() == null ? seller.requireAddress() : request.sender();
        List<LabelRow> existing = repository.listByOrder(order.id());
        if (existing.size() + request.parcels().size() > MAX_LABELS_PER_ORDER) {
            throw ApiException.conflict(
                    "too_many_labels", "An order has at most %,d labels.".formatted(MAX_LABELS_PER_ORDER));
        }
        Set<String> skus = order.lines().stream().map(OrderLine::sku).collect(Collectors.toSet());
        List<PlannedParcel> parcels =
                new ParcelPlanner(order, existing, catalog.findSnapshotsBySku(skus)).plan(request.parcels());
        return parcels.stream()
                .map(parcel -> statements.insert(
                        order.id(),
                        request.provider(),
                        new LabelRequest(
                                LabelId.random(),
                                order.number(),
                                order.shippingMethod(),
                                sender,
                                recipient,
                                parcel.content()),
                        parcel))
                .toList();
    }

    /** Stores and returns the response after the provider was asked. Two statements. */
    @Transactional
    IdempotentResponse refreshResponse(OrderId id, IdempotencyKey key, List<LabelRow> requested) {
        Set<UUID> ids = requested.stream().map(LabelRow::id).collect(Collectors.toSet());
        IdempotentResponse response = response(toList(repository.listByOrder(id).stream()
                .filter(label -> ids.contains(label.id()))
                .toList()));
        idempotency.store(key, response);
        return response;
    }

    private static LabelList toList(List<LabelRow> labels) {
        return new LabelList(labels.stream().map(LabelRow::toLabel).toList());
    }

    private IdempotentResponse response(LabelList labels) {
        return new IdempotentResponse(labels.awaitsProvider() ? ACCEPTED : CREATED, Json.write(json, labels));
    }

    /** Claims labels whose provider must be asked. */
    @Transactional
    List<LabelRow> claim(int limit) {
        return statements.claim(limit);
    }

    /** @return the label after it; empty if the outcome was recorded before */
    @Transactional
    Optional<LabelRow> recordPurchase(LabelId id, PurchaseResult result) {
        return switch (result) {
            case Purchased purchased -> {
                Optional<LabelRow> label = statements.recordPurchase(id, purchased);
                if (label.isPresent()) {
                    purchased.document().ifPresent(document -> documents.insert(id, document));
                }
                yield published(label);
            }
            case Refused refused -> published(statements.recordRefusal(id, refused.reason()));
        };
    }

    @Transactional
    void recordCancellation(LabelId id, CancellationResult result) {
        published(
                switch (result) {
                    case Cancelled _ -> statements.recordCancellation(id);
                    case Refused refused -> statements.recordRefusedCancellation(id, refused.reason());
                });
    }

    @Transactional
    void recordError(LabelId id, String error) {
        statements.recordError(id, error);
    }

    private Optional<LabelRow> published(Optional<LabelRow> changed) {
        changed.ifPresent(label -> LabelEvent.ofState(label)
                .ifPresent(
                        event -> outbox.publish(List.of(new NewEvent(event.id().toString(), label.version(), event)))));
        return changed;
    }

    /**
     * Records that a label is to be cancelled. One that failed or is cancelled stays so.
     *
     * @return the label after it
     * @throws ApiException 404; 409 {@code label_used}
     */
    @Transactional
    LabelRow requestCancellation(OrderId order, LabelId id) {
        return statements.requestCancellation(order, id).orElseGet(() -> {
            LabelRow label = get(order, id);
            if (label.fulfillmentId() != null) {
                throw used();
            }
            return label;
        });
    }

    /** @throws ApiException 404 */
    LabelRow get(OrderId order, LabelId id) {
        return repository.find(order, id).orElseThrow(() -> ApiException.notFound("label", id.toString()));
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public SentParcel send(OrderId order, LabelId id, FulfillmentId fulfillment) {
        LabelRow label = statements.use(order, id, fulfillment).orElseThrow(() -> cannotSend(order, id));
        return new SentParcel(
                label.lines(),
                Objects.requireNonNull(label.carrier()),
                Objects.requireNonNull(label.trackingNumber()),
                label.trackingUrl());
    }

    private ApiException cannotSend(OrderId order, LabelId id) {
        return repository
                .find(order, id)
                .map(label -> label.fulfillmentId() == null
                        ? ApiException.conflict(
                                "label_not_purchased",
                                "Only a purchased label can be used; this one is %s.".formatted(label.state()))
                        : used())
                .orElseGet(() -> ApiException.invalid("/label_id", "unknown_label", "The order has no label " + id));
    }

    private static ApiException used() {
        return ApiException.conflict("label_used", "A fulfillment of the order names this label already.");
    }
}
