package io.fondaco.platform.cache;

import io.fondaco.platform.cache.CacheHeaders.CacheStatus;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Renders cached responses as HTTP, so that the event loop and the resources send the same. */
@ApplicationScoped
class CachedResponseRenderer {
    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;

    private final CacheHeaders headers;

    CachedResponseRenderer(CacheHeaders headers) {
        this.headers = headers;
    }

    /**
     * The status line and the content.
     *
     * @param body a view of the cached bytes, which must not be modified; empty for a 304
     */
    record Rendered(int status, Optional<ByteBuffer> body) {}

    /**
     * Selects the encoding that the client accepts, and compares the ETag that the client already has.
     *
     * @param personal whether the response carries a token for its client
     * @param out receives each header, except {@code Content-Length}
     */
    Rendered render(
            CachedResponse cached,
            CacheStatus cacheStatus,
            boolean personal,
            HttpServerRequest request,
            BiConsumer<String, String> out) {
        ContentEncoding contentEncoding = cached.selectEncoding(
                ContentEncoding.forAcceptEncoding(request.getHeader(HttpHeaders.ACCEPT_ENCODING)));
        headers.put(cached, contentEncoding, cacheStatus, personal, out);
        if (CacheHeaders.matchesIfNoneMatch(cached, request.getHeader(HttpHeaders.IF_NONE_MATCH))) {
            return new Rendered(NOT_MODIFIED, Optional.empty());
        }
        out.accept(HttpHeaders.CONTENT_TYPE, CacheHeaders.CONTENT_TYPE);
        // Always set it: without it Quarkus would compress the body again for each request.
        out.accept(HttpHeaders.CONTENT_ENCODING, contentEncoding.contentCoding().orElse("identity"));
        return new Rendered(OK, Optional.of(cached.body(contentEncoding)));
    }
}
