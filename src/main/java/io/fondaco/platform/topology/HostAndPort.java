package io.fondaco.platform.topology;

/** Where a server listens. */
record HostAndPort(String host, int port) {
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[%s]:%d".formatted(host, port) : host + ":" + port;
    }
}
