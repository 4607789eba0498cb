package io.fondaco.webhook;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Says which address a name may be called at. A name is looked up once, every address that it has must be allowed, and
 * the call goes to the address that was checked: what the name stands for a moment later does not matter.
 */
@ApplicationScoped
class AddressGuard {
    /**
     * What is not the public internet: IANA's special-purpose registries for IPv4 and IPv6, and the address at which Azure serves
     * its platform to virtual machines. Of IPv6 only global unicast is public at all; prefixes that carry an IPv4 address inside
     * are refused whole.
     */
    private static final List<CidrBlock> SPECIAL_PURPOSE_NETWORKS = networks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/3",
            "4000::/2",
            "8000::/1",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20");

    private final List<CidrBlock> allowedNetworks;
    private final List<PortRange> allowedPorts;
    private final WebhookSettings settings;

    AddressGuard(WebhookSettings settings) {
        this.settings = settings;
        this.allowedNetworks = settings.allowedAddresses().orElse(List.of()).stream()
                .map(CidrBlock::parse)
                .toList();
        this.allowedPorts =
                settings.allowedPorts().stream().map(PortRange::parse).toList();
    }

    /** An address is refused, or a name has none. */
    static final class AddressRefused extends Exception {
        AddressRefused(String message) {
            super(message);
        }
    }

    /** Addresses that begin with the same bits. */
    record CidrBlock(InetAddress address, int prefixLength) {
        static CidrBlock parse(String text) {
            int slash = text.indexOf('/');
            try {
                InetAddress address = InetAddress.ofLiteral((slash < 0 ? text : text.substring(0, slash)).strip());
                int most = address.getAddress().length * 8;
                int bits = slash < 0
                        ? most
                        : Integer.parseInt(text.substring(slash + 1).strip());
                if (bits < 0 || bits > most) {
                    throw new IllegalArgumentException("Not a network: " + text);
                }
                return new CidrBlock(address, bits);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("Not a network like 10.1.0.0/16: " + text, e);
            }
        }

        boolean contains(InetAddress other) {
            byte[] mine = address.getAddress();
            byte[] theirs = other.getAddress();
            if (mine.length != theirs.length) {
                return false;
            }
            int whole = prefixLength / 8;
            int rest = prefixLength % 8;
            int mask = 0xFF << (8 - rest);
            return Arrays.equals(mine, 0, whole, theirs, 0, whole)
                    && (rest == 0 || (mine[whole] & mask) == (theirs[whole] & mask));
        }
    }

    /** Ports from one to another, both included. */
    record PortRange(int first, int last) {
        static PortRange parse(String text) {
            String[] ends = text.strip().split("-", -1);
            try {
                return new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("Not a port like 443, or ports like 8000-8999: " + text, e);
            }
        }
    }

    /** Whether endpoints at this port are called: other services than web servers listen elsewhere. */
    boolean allowsPort(URI url) {
        int port = port(url);
        return allowedPorts.stream().anyMatch(portRange -> port >= portRange.first() && port <= portRange.last());
    }

    /** The port that a URL is called at. */
    static int port(URI url) {
        return url.getPort() > 0 ? url.getPort() : "https".equals(url.getScheme()) ? 443 : 80;
    }

    private static List<CidrBlock> networks(String... texts) {
        return Arrays.stream(texts).map(CidrBlock::parse).toList();
    }

    boolean allows(InetAddress address) {
        return allowedNetworks.stream().anyMatch(cidrBlock -> cidrBlock.contains(address))
                || SPECIAL_PURPOSE_NETWORKS.stream().noneMatch(cidrBlock -> cidrBlock.contains(address));
    }

    /** The address to call; takes at most the time limit of a call. */
    InetAddress resolve(String host) throws AddressRefused, InterruptedException {
        return requireAllAllowed(host, lookUp(host));
    }

    /** Of the addresses that a name has, the first; if all of them are allowed. */
    InetAddress requireAllAllowed(String host, List<InetAddress> addresses) throws AddressRefused {
        if (!addresses.stream().allMatch(this::allows)) {
            throw new AddressRefused("The address of %s is not public: it is not called".formatted(host));
        }
        return addresses.getFirst();
    }

    private List<InetAddress> lookUp(String host) throws AddressRefused, InterruptedException {
        FutureTask<List<InetAddress>> lookUp = new FutureTask<>(() -> List.of(InetAddress.getAllByName(host)));
        Thread.ofVirtual().name("webhook-look-up").start(lookUp);
        try {
            return lookUp.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AddressRefused("Looking up %s took too long".formatted(host));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException) {
                throw new AddressRefused("There is no address for %s".formatted(host));
            }
            throw new AddressRefused("%s cannot be looked up".formatted(host));
        }
    }
}
