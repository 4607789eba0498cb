package io.fondaco.webhook;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads deliveries and their attempts. */
@ApplicationScoped
class WebhookDeliveryRepository implements PanacheRepositoryBase<WebhookDelivery, UUID> {
    /**
     * A delivery and the type of its event.
     *
     * @param nextAttemptAt when the next attempt is due; while an attempt runs, when its lease expires
     */
    record DeliveryRow(
            UUID id,
            UUID event,
            String type,
            String subject,
            long sequence,
            String status,
            Instant nextAttemptAt,
            @Nullable Instant deliveredAt,
            Instant createdAt) {}

    /** An attempt of a delivery. */
    record AttemptRow(
            UUID delivery,
            Instant at,
            int durationMs,
            @Nullable Integer status,
            String error,
            String response) {}

    /**
     * Up to {@code limit} deliveries of an endpoint, newest first.
     *
     * @param status "" for any status
     */
    List<DeliveryRow> listBefore(UUID endpoint, UUID before, String status, int limit) {
        return find("""
                        select d.id, d.message.event, d.message.type, d.subject, d.sequence, d.status,
                               greatest(d.nextAttemptAt, d.leasedUntil), d.deliveredAt, d.createdAt
                          from WebhookDelivery d
                         where d.endpoint = :endpoint and d.id < :before and (:status = '' or d.status = :status)
                         order by d.id desc
                        """, Map.of("endpoint", endpoint, "before", before, "status", status))
                .project(DeliveryRow.class)
                .range(0, limit - 1)
                .list();
    }

    /** The attempts of these deliveries, in the order in which they were made. */
    List<AttemptRow> listAttempts(Collection<UUID> deliveries) {
        return getSession()
                .createSelectionQuery("""
                        select delivery, at, durationMs, status, error, response from WebhookAttempt
                         where delivery in :deliveries order by id
                        """, AttemptRow.class)
                .setParameter("deliveries", deliveries)
                .getResultList();
    }
}
