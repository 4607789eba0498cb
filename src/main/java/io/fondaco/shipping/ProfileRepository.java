package io.fondaco.shipping;

import io.fondaco.shipping.ProfileService.ProfileContent;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hibernate.exception.ConstraintViolationException;

/** Shipping profiles in Postgres. Each call is one statement; every read is a projection. */
@ApplicationScoped
class ProfileRepository implements PanacheRepositoryBase<ProfileRepository.ProfileEntity, String> {
    private static final String SELECT =
            "select code, name, excludedCountries, excludedMethods, version, createdAt, updatedAt"
                    + " from ShippingProfileEntity";

    /** A stored profile; it is only inserted and queried. */
    @Entity(name = "ShippingProfileEntity")
    @Table(schema = "shipping", name = "profile")
    static class ProfileEntity {
        @Id
        String code;

        String name;

        @Column(name = "excluded_countries")
        List<String> excludedCountries;

        @Column(name = "excluded_methods")
        List<String> excludedMethods;

        @Version
        long version;

        @Column(name = "created_at", insertable = false)
        Instant createdAt;

        @Column(name = "updated_at", insertable = false)
        Instant updatedAt;
    }

    List<ShippingProfile> listProfiles() {
        return find(SELECT).project(ShippingProfile.class).list();
    }

    /** The next profiles, in the order of their codes. */
    List<ShippingProfile> listAfter(String code, int limit) {
        return find(SELECT + " where code > :after order by code", Map.of("after", code))
                .page(0, limit)
                .project(ShippingProfile.class)
                .list();
    }

    /** Those of the codes that are not profiles. */
    Set<String> unknown(Set<String> codes) {
        Set<String> unknown = new HashSet<>(codes);
        getSession()
                .createSelectionQuery("select p.code from ShippingProfileEntity p where p.code in :codes", String.class)
                .setParameterList("codes", codes)
                .getResultList()
                .forEach(unknown::remove);
        return unknown;
    }

    long countProfiles() {
        return count("from ShippingProfileEntity");
    }

    Optional<ShippingProfile> findByCode(String code) {
        return selectByCode(code).singleResultOptional();
    }

    /** The profile, locked until the transaction ends. */
    Optional<ShippingProfile> lock(String code) {
        return selectByCode(code).withLock(LockModeType.PESSIMISTIC_WRITE).singleResultOptional();
    }

    private PanacheQuery<ShippingProfile> selectByCode(String code) {
        return find(SELECT + " where code = :code", Map.of("code", code)).project(ShippingProfile.class);
    }

    /** @return false if there is a profile with this code */
    boolean insert(String code, ProfileContent content) {
        ProfileEntity profile = new ProfileEntity();
        profile.code = code;
        profile.name = content.name();
        profile.excludedCountries = content.excludedCountries();
        profile.excludedMethods = content.excludedMethods();
        profile.version = 1;
        try {
            persistAndFlush(profile);
            return true;
        } catch (ConstraintViolationException e) {
            if ("profile_pkey".equals(e.getConstraintName())) {
                return false;
            }
            throw e;
        }
    }

    /** Writes the content of a locked profile and increments its version. */
    void update(String code, ProfileContent content) {
        getSession()
                .createMutationQuery("""
                        update versioned ShippingProfileEntity
                           set name = :name, excludedCountries = :excludedCountries,
                               excludedMethods = :excludedMethods, updatedAt = instant
                         where code = :code
                        """)
                .setParameter("code", code)
                .setParameter("name", content.name())
                .setParameter("excludedCountries", content.excludedCountries())
                .setParameter("excludedMethods", content.excludedMethods())
                .executeUpdate();
    }

    /** @return false if a method names the profile */
    boolean remove(String code) {
        try {
            delete("delete from ShippingProfileEntity where code = :code", Map.of("code", code));
            return true;
        } catch (ConstraintViolationException e) {
            if ("method_profile_fkey".equals(e.getConstraintName())) {
                return false;
            }
            throw e;
        }
    }
}
