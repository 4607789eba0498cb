package io.fondaco.platform.web;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Bounds on what is read over HTTP. */
@ConfigMapping(prefix = "fondaco.web")
interface WebSettings {
    /** Largest request body, in bytes; more is a 413. */
    @WithDefault("262144")
    long maxBodyBytes();

    /** Bytes of the bodies of all requests together that a pod holds at a time; more is a 503. */
    @WithDefault("67108864")
    long maxBodyBytesInAll();

    /** How long a body may take to arrive; longer is a 408. */
    @WithDefault("10s")
    Duration bodyTime();

    /** How many bytes {@code /ping} answers with; more than its four are for benchmarks, beside pages as large. */
    @WithDefault("4")
    int pingBytes();

    /** Paths whose bodies are streamed and bounded by their own module instead. */
    @WithDefault("/admin/v1/imports")
    Set<String> streamedPaths();

    /**
     * Origins whose pages may call {@code /store/v1} from a browser (CORS): {@code https://shop.example}, or {@code *}. Absent:
     * none.
     */
    Optional<Set<String>> storeOrigins();

    /** How long a browser may keep the answer to a preflight request. */
    @WithDefault("1h")
    Duration preflightMaxAge();
}
