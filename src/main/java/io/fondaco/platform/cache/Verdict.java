package io.fondaco.platform.cache;

import java.util.Optional;

/** What a look into the cache came to. */
sealed interface Verdict {
    /** Kept, and true as far as the caller can know; perhaps that there is nothing to answer with. */
    record Hit(StoredAnswer answer) implements Verdict {}

    /** @param kept what is there but must not be served as it is */
    record Miss(CacheMetrics.Miss reason, Optional<StoredAnswer> kept) implements Verdict {}
}
