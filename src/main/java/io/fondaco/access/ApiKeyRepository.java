package io.fondaco.access;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

@ApplicationScoped
class ApiKeyRepository implements PanacheRepositoryBase<ApiKey, UUID> {
    /** The next keys, including revoked ones; oldest first. */
    List<ApiKey> listPage(UUID after, int limit) {
        return find("id > :after order by id", Map.of("after", after))
                .page(0, limit)
                .list();
    }

    /** The keys that these keys created, including revoked ones, locked until the transaction ends. */
    List<ApiKey> listByCreatorsForUpdate(Collection<String> creators) {
        return find("createdBy in :creators order by id", Map.of("creators", creators))
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .list();
    }
}
