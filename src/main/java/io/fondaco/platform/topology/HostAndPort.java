package io.fondaco.platform.topology;

/** The address of a server. */
record HostAndPort(String host, int port) {
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[%s]:%d".formatted(host, port) : host + ":" + port;
    }
}
