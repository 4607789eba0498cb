package io.fondaco.pricing;

import io.fondaco.platform.web.ApiException;
import io.fondaco.pricing.PriceListEntity.PriceListRow;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.exception.ConstraintViolationException;

/**
 * Price lists that are not deleted. Each call is one statement. Every read is a projection: a managed entity would hide
 * what another transaction has written meanwhile.
 */
@ApplicationScoped
class PriceListRepository implements PanacheRepositoryBase<PriceListEntity, UUID> {
    private static final String SELECT = """
            select l.id, l.name, l.currency, l.customerGroup, l.countries, l.priority, l.validFrom, l.validUntil,
                   l.taxIncluded, l.version, l.createdAt, l.updatedAt
              from PriceListEntity l
             where l.deletedAt is null""";

    private static final String UPDATE = """
            update versioned PriceListEntity
               set name = :name, customerGroup = :customerGroup, countries = :countries, priority = :priority,
                   validFrom = :validFrom, validUntil = :validUntil, taxIncluded = :taxIncluded, updatedAt = instant
             where id = :id""";

    Optional<PriceList> find(PriceListId id) {
        return selectById(id).singleResultOptional().map(PriceListRow::toPriceList);
    }

    /** The list, locked until the transaction ends. */
    Optional<PriceList> lock(PriceListId id) {
        return selectById(id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .singleResultOptional()
                .map(PriceListRow::toPriceList);
    }

    private PanacheQuery<PriceListRow> selectById(PriceListId id) {
        return find(SELECT + " and l.id = :id", Map.of("id", id.value())).project(PriceListRow.class);
    }

    /** All lists; {@link PriceListService#MAX_LISTS} bounds their number. */
    List<PriceList> listEvery() {
        return find(SELECT + " order by l.id").project(PriceListRow.class).list().stream()
                .map(PriceListRow::toPriceList)
                .toList();
    }

    /** The next page of lists, oldest first. */
    List<PriceList> listPage(UUID after, int limit) {
        return find(SELECT + " and l.id > :after order by l.id", Map.of("after", after))
                .project(PriceListRow.class)
                .page(0, limit)
                .list()
                .stream()
                .map(PriceListRow::toPriceList)
                .toList();
    }

    long countLists() {
        return count("deletedAt is null");
    }

    /** @throws ApiException 409 {@code name_taken} */
    void insert(PriceList list) {
        try {
            persistAndFlush(PriceListEntity.create(list));
        } catch (ConstraintViolationException e) {
            throw toNameTaken(e);
        }
    }

    /**
     * Writes what can be changed of a locked list and increments its version.
     *
     * @throws ApiException 409 {@code name_taken}
     */
    void update(PriceList list) {
        try {
            getSession()
                    .createMutationQuery(UPDATE)
                    .setParameter("id", list.id().value())
                    .setParameter("name", list.name())
                    .setParameter("customerGroup", list.customerGroup())
                    .setParameter("countries", list.countries())
                    .setParameter("priority", list.priority())
                    .setParameter("validFrom", list.validFrom())
                    .setParameter("validUntil", list.validUntil())
                    .setParameter("taxIncluded", list.taxIncluded())
                    .executeUpdate();
        } catch (ConstraintViolationException e) {
            throw toNameTaken(e);
        }
    }

    private static RuntimeException toNameTaken(ConstraintViolationException violation) {
        return "price_list_name".equals(violation.getConstraintName())
                ? ApiException.conflict("name_taken", "Another price list has this name.")
                : violation;
    }

    /** Marks a locked list as deleted. */
    void markDeleted(PriceListId id) {
        update("update versioned PriceListEntity set deletedAt = instant where id = :id", Map.of("id", id.value()));
    }
}
