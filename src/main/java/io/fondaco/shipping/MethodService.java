package io.fondaco.shipping;

import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.shipping.ShippingEvent.MethodCreated;
import io.fondaco.shipping.ShippingEvent.MethodDeleted;
import io.fondaco.shipping.ShippingEvent.MethodUpdated;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The staff's actions on the shipping methods of a zone. Each change is one transaction. */
@ApplicationScoped
class MethodService {
    static final int MAX_METHODS_PER_ZONE = 100;

    private final ZoneService zones;
    private final MethodRepository methods;
    private final MethodValidator validator;
    private final Outbox outbox;

    MethodService(ZoneService zones, MethodRepository methods, MethodValidator validator, Outbox outbox) {
        this.zones = zones;
        this.methods = methods;
        this.validator = validator;
        this.outbox = outbox;
    }

    /**
     * The next methods of a zone, oldest first.
     *
     * @throws ApiException 404 if there is no such zone
     */
    List<ShippingMethod> listAfter(ShippingZoneId zone, UUID id, int limit) {
        zones.get(zone);
        return methods.listAfter(zone, id, limit);
    }

    /** @throws ApiException 404 if the zone has no such method */
    ShippingMethod get(ShippingZoneId zone, ShippingMethodId id) {
        return methods.find(zone, id).orElseThrow(() -> notFound(id));
    }

    /**
     * Creates a method. The zone is locked, so that it is not deleted meanwhile.
     *
     * @throws ApiException 404 if there is no such zone; 422 with all violations; 409 {@code method_exists},
     *     {@code too_many_methods}
     */
    @Transactional
    ShippingMethod create(ShippingZoneId zone, NewMethod request) {
        zones.lock(zone, "*");
        ShippingMethod method = request.toMethod(zone);
        validator.validate(method);
        if (methods.countMethods(zone) >= MAX_METHODS_PER_ZONE) {
            throw ApiException.conflict(
                    "too_many_methods", "A zone has at most %d methods.".formatted(MAX_METHODS_PER_ZONE));
        }
        methods.insert(method);
        ShippingMethod created = get(zone, method.id());
        publish(created.id(), created.version(), new MethodCreated(created.id(), zone, created.code()));
        return created;
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 422 with all violations
     */
    @Transactional
    ShippingMethod change(ShippingZoneId zone, ShippingMethodId id, @Nullable String ifMatch, MethodChange change) {
        ShippingMethod changed = change.applyTo(lock(zone, id, ifMatch));
        validator.validate(changed);
        methods.update(changed);
        ShippingMethod stored = get(zone, id);
        publish(id, stored.version(), new MethodUpdated(id, zone, stored.code()));
        return stored;
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}
     */
    @Transactional
    void delete(ShippingZoneId zone, ShippingMethodId id, @Nullable String ifMatch) {
        ShippingMethod deleted = lock(zone, id, ifMatch);
        methods.delete(id);
        publish(id, deleted.version() + 1, new MethodDeleted(id, zone, deleted.code()));
    }

    private void publish(ShippingMethodId id, long version, ShippingEvent event) {
        outbox.publish(List.of(new NewEvent(id.toString(), version, event)));
    }

    private ShippingMethod lock(ShippingZoneId zone, ShippingMethodId id, @Nullable String ifMatch) {
        ShippingMethod method = methods.lock(zone, id).orElseThrow(() -> notFound(id));
        IfMatch.require(ifMatch, method.version());
        return method;
    }

    private static ApiException notFound(ShippingMethodId id) {
        return ApiException.notFound("shipping method", id.toString());
    }
}
