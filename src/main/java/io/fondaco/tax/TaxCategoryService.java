package io.fondaco.tax;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.Session;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.query.SelectionQuery;
import org.jspecify.annotations.Nullable;

/** The tax categories. Each read is one statement. */
@ApplicationScoped
class TaxCategoryService {
    private static final String SELECT = """
            select c.code, c.name, c.builtIn, c.version, c.createdAt, c.updatedAt from TaxCategoryEntity c where\s""";

    private final Session session;

    TaxCategoryService(Session session) {
        this.session = session;
    }

    /** The next page of categories, by code. */
    List<TaxCategory> listPage(String after, int limit) {
        return session.createSelectionQuery(SELECT + "c.code > :after order by c.code", TaxCategory.class)
                .setParameter("after", after)
                .setMaxResults(limit)
                .getResultList();
    }

    /** @throws ApiException 404 if there is none */
    TaxCategory get(String code) {
        return selectByCode(code).uniqueResultOptional().orElseThrow(() -> notFound(code));
    }

    /** The codes of all categories, none of which is deleted until the transaction ends. */
    @Transactional(Transactional.TxType.MANDATORY)
    Set<String> lockCodes() {
        return Set.copyOf(
                session.createSelectionQuery("select c.code from TaxCategoryEntity c order by c.code", String.class)
                        .setLockMode(LockModeType.PESSIMISTIC_READ)
                        .getResultList());
    }

    /** Those of the codes that are not categories. */
    Set<String> unknown(Set<String> codes) {
        Set<String> unknown = new HashSet<>(codes);
        session.createSelectionQuery("select c.code from TaxCategoryEntity c where c.code in :codes", String.class)
                .setParameterList("codes", codes)
                .getResultList()
                .forEach(unknown::remove);
        return unknown;
    }

    private SelectionQuery<TaxCategory> selectByCode(String code) {
        return session.createSelectionQuery(SELECT + "c.code = :code", TaxCategory.class)
                .setParameter("code", code);
    }

    /** @throws ApiException 409 {@code code_taken} */
    @Transactional
    TaxCategory create(TaxCategory.Draft draft) {
        try {
            session.persist(TaxCategoryEntity.create(draft));
            session.flush();
        } catch (ConstraintViolationException e) {
            throw "category_pkey".equals(e.getConstraintName())
                    ? ApiException.conflict("code_taken", "There is a tax category with this code.")
                    : e;
        }
        return get(draft.code());
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}
     */
    @Transactional
    TaxCategory change(String code, @Nullable String ifMatch, TaxCategory.Change change) {
        lock(code, ifMatch);
        session.createMutationQuery("""
                        update versioned TaxCategoryEntity set name = :name, updatedAt = instant where code = :code
                        """)
                .setParameter("name", change.name())
                .setParameter("code", code)
                .executeUpdate();
        return get(code);
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 409 {@code built_in_category},
     *     {@code category_in_use}
     */
    @Transactional
    void delete(String code, @Nullable String ifMatch) {
        if (lock(code, ifMatch).builtIn()) {
            throw ApiException.conflict(
                    "built_in_category", "The tax category '%s' cannot be deleted.".formatted(code));
        }
        try {
            session.createMutationQuery("delete TaxCategoryEntity where code = :code")
                    .setParameter("code", code)
                    .executeUpdate();
        } catch (ConstraintViolationException _) {
            throw ApiException.conflict(
                    "category_in_use",
                    "A tax rate or the settings of taxes use the category '%s'. Change or delete them first."
                            .formatted(code));
        }
    }

    private TaxCategory lock(String code, @Nullable String ifMatch) {
        TaxCategory category = selectByCode(code)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .uniqueResultOptional()
                .orElseThrow(() -> notFound(code));
        IfMatch.require(ifMatch, category.version());
        return category;
    }

    private static ApiException notFound(String code) {
        return ApiException.notFound("tax category", code);
    }
}
