package io.fondaco.platform.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A JDBC URL taken apart: {@code jdbc:postgresql://host:port,host:port/database?options}.
 *
 * @param databaseAndOptions the database and the options, with the slash before them
 */
public record JdbcUrl(List<HostAndPort> hosts, String databaseAndOptions) {
    private static final String PREFIX = "jdbc:postgresql://";
    private static final int DEFAULT_PORT = 5432;
    private static final int MAX_PORT = 65_535;

    public JdbcUrl {
        hosts = List.copyOf(hosts);
    }

    /** @throws IllegalArgumentException what is wrong with it, in one line, without its options */
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

    /** Several URLs, separated by commas. */
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
            throw new IllegalArgumentException("names no host");
        }
        return new HostAndPort(bare, colon < 0 || bareIpv6 ? DEFAULT_PORT : port(host.substring(colon + 1)));
    }

    private static int port(String text) {
        int port;
        try {
            port = Integer.parseInt(text);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("has a port that is no number: " + text);
        }
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("has a port that is none: " + text);
        }
        return port;
    }

    /** Whether the server's certificate must be made out to the name that is connected to. */
    boolean verifiesHostName() {
        return databaseAndOptions.contains("sslmode=verify-full");
    }

    /** The URL of one server. */
    String forHost(HostAndPort hostAndPort) {
        return PREFIX + hostAndPort + databaseAndOptions;
    }
}
