package io.fondaco.pricing;

import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.sql.Timestamps;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.FieldChanges;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.Violation;
import io.fondaco.pricing.Pricing.PriceListEvent;
import io.fondaco.pricing.Pricing.PriceListEvent.PriceListCreated;
import io.fondaco.pricing.Pricing.PriceListEvent.PriceListDeleted;
import io.fondaco.pricing.Pricing.PriceListEvent.PriceListUpdated;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The staff's actions on price lists, without their prices. Each change is one transaction that locks the list first
 * and publishes which cached objects and pages it makes stale.
 */
@ApplicationScoped
class PriceListService {
    /** Every pod keeps the rules of all lists in memory. */
    static final int MAX_LISTS = 1_000;

    /** The tag of the rules of all lists. */
    static final CacheTag RULES = new CacheTag("price-lists");

    /** The tag of every page with prices: a list that becomes public may change any of them. */
    static final CacheTag PUBLIC_LISTS = new CacheTag("public-price-lists");

    private final PriceListRepository lists;
    private final CacheInvalidation cacheInvalidation;
    private final Outbox outbox;

    PriceListService(PriceListRepository lists, CacheInvalidation cacheInvalidation, Outbox outbox) {
        this.lists = lists;
        this.cacheInvalidation = cacheInvalidation;
        this.outbox = outbox;
    }

    /** The tag of pages on which a product has a price of this list. */
    static CacheTag tag(PriceListId id) {
        return new CacheTag("price-list-" + id);
    }

    /** The next page of lists, oldest first. */
    List<PriceList> listPage(UUID after, int limit) {
        return lists.listPage(after, limit);
    }

    /** @throws ApiException 404 if there is none */
    PriceList get(PriceListId id) {
        return lists.find(id).orElseThrow(() -> notFound(id));
    }

    /** @throws ApiException 422 with all violations; 409 {@code name_taken}, {@code too_many_price_lists} */
    @Transactional
    PriceList create(NewPriceList request) {
        PriceList list = new PriceList(
                PriceListId.random(),
                request.name().strip(),
                request.currency(),
                request.customerGroup(),
                distinct(orEmpty(request.countries())),
                request.priority() == null ? 0 : request.priority(),
                Timestamps.toDatabasePrecision(request.validFrom()),
                Timestamps.toDatabasePrecision(request.validUntil()),
                request.taxIncluded(),
                1,
                Instant.EPOCH,
                Instant.EPOCH);
        validate(list);
        if (lists.countLists() >= MAX_LISTS) {
            throw ApiException.conflict(
                    "too_many_price_lists", "A shop has at most %d price lists.".formatted(MAX_LISTS));
        }
        lists.insert(list);
        cacheInvalidation.publish(Set.of(RULES));
        publish(list, 1, new PriceListCreated(list.id(), list.name()));
        return get(list.id());
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 422 with all violations; 409
     *     {@code name_taken}
     */
    @Transactional
    PriceList change(PriceListId id, @Nullable String ifMatch, PriceListChange change) {
        PriceList before = lock(id, ifMatch);
        PriceList after = applyChange(before, change);
        validate(after);
        lists.update(after);
        Set<CacheTag> tags = new HashSet<>(Set.of(RULES, tag(id)));
        if (before.customerGroup() != null && after.customerGroup() == null) {
            tags.add(PUBLIC_LISTS);
        }
        cacheInvalidation.publish(tags);
        publish(after, before.version() + 1, new PriceListUpdated(id, after.name()));
        return get(id);
    }

    private static PriceList applyChange(PriceList before, PriceListChange change) {
        FieldChanges fields = new FieldChanges(change.clear());
        return new PriceList(
                before.id(),
                Optional.ofNullable(change.name()).map(String::strip).orElse(before.name()),
                before.currency(),
                fields.apply("customer_group", change.customerGroup(), before.customerGroup()),
                Optional.ofNullable(change.countries())
                        .map(PriceListService::distinct)
                        .orElse(before.countries()),
                Optional.ofNullable(change.priority()).orElse(before.priority()),
                fields.apply("valid_from", Timestamps.toDatabasePrecision(change.validFrom()), before.validFrom()),
                fields.apply("valid_until", Timestamps.toDatabasePrecision(change.validUntil()), before.validUntil()),
                fields.apply("tax_included", change.taxIncluded(), before.taxIncluded()),
                before.version(),
                before.createdAt(),
                before.updatedAt());
    }

    /**
     * Deletes a list with its prices. Orders keep its name.
     *
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}
     */
    @Transactional
    void delete(PriceListId id, @Nullable String ifMatch) {
        PriceList deleted = lock(id, ifMatch);
        lists.markDeleted(id);
        cacheInvalidation.publish(Set.of(RULES, tag(id)));
        publish(deleted, deleted.version() + 1, new PriceListDeleted(id, deleted.name()));
    }

    private PriceList lock(PriceListId id, @Nullable String ifMatch) {
        PriceList list = lists.lock(id).orElseThrow(() -> notFound(id));
        IfMatch.require(ifMatch, list.version());
        return list;
    }

    private void publish(PriceList list, long version, PriceListEvent event) {
        outbox.publish(List.of(new NewEvent(list.id().toString(), version, event)));
    }

    /** Overlapping windows of lists are allowed: their priorities decide. */
    private static void validate(PriceList list) {
        List<Violation> violations = new ArrayList<>();
        if (list.name().isBlank()) {
            violations.add(new Violation("/name", "required", "A price list needs a name."));
        } else if (PriceListId.matches(list.name())) {
            violations.add(new Violation("/name", "invalid_name", "A name must not have the form of an identifier."));
        }
        if (!Money.isCurrency(list.currency())) {
            violations.add(new Violation(
                    "/currency", "unknown_currency", "The currency is not an ISO 4217 code, such as EUR."));
        }
        if (list.validFrom() != null
                && list.validUntil() != null
                && !list.validFrom().isBefore(list.validUntil())) {
            violations.add(new Violation("/valid_until", "ends_before_start", "valid_until must be after valid_from."));
        }
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
    }

    static ApiException notFound(PriceListId id) {
        return ApiException.notFound("price list", id.toString());
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static List<String> distinct(List<String> texts) {
        return texts.stream().distinct().toList();
    }
}
