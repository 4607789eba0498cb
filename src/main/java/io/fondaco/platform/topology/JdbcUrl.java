package io.fondaco.platform.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A parsed JDBC URL: {@code jdbc:postgresql://host:port,host:port/database?options}.
 *
 * @param databaseAndOptions the database and the options, with the leading slash
 */
public record JdbcUrl(List<HostAndPort> hosts, String databaseAndOptions) {
    private static final String PREFIX = "jdbc:postgresql://";
    private static final int DEFAULT_PORT = 5432;
    private static final int MAX_PORT = 65_535;

    public JdbcUrl {
        hosts = List.copyOf(hosts);
    }

    /**
     * @throws IllegalArgumentException if the URL is invalid; the message says why, in one line and without the URL's
     *     options
     */
    public static JdbcUrl parse(String url) {
        int slash = url.startsWith(PREFIX) ? url.indexOf('/', PREFIX.length()) : -1;
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "must look like jdbc:postgresql://host:5432/database, several host:port separated by commas");
        }
        List<HostAndPort> hosts = new ArrayList<>();
        for (String host : url.substring(PREFIX.length(), slash).split(",", -1)) {
            hosts.add(address(host.strip()));
        }
        return new JdbcUrl(hosts, url.substring(slash));
    }

    /** Parses several URLs, separated by commas. */
    public static List<JdbcUrl> parseAll(String urls) {
        return Arrays.stream(urls.split("\\s*,\\s*(?=jdbc:)"))
                .map(String::strip)
                .map(JdbcUrl::parse)
                .toList();
    }

    private static HostAndPort address(String host) {
        int colon = host.lastIndexOf(':');
        boolean bareIpv6 = host.startsWith("[") && host.endsWith("]");
        String name = colon < 0 || bareIpv6 ? host : host.substring(0, colon);
        String bare = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        if (bare.isEmpty()) {
            throw new IllegalArgumentException("has no host");
        }
        return new HostAndPort(bare, colon < 0 || bareIpv6 ? DEFAULT_PORT : port(host.substring(colon + 1)));
    }

    private static int port(String text) {
        int port;
        try {
            port = Integer.parseInt(text);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("has a port that is not a number: " + text);
        }
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("has a port outside of 1 to %d: %s".formatted(MAX_PORT, text));
        }
        return port;
    }

    /** Whether the server's certificate must match the host name that is connected to. */
    boolean verifiesHostName() {
        return databaseAndOptions.contains("sslmode=verify-full");
    }

    /** Returns the URL of one server. */
    String forHost(HostAndPort hostAndPort) {
        return PREFIX + hostAndPort + databaseAndOptions;
    }
}
