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
 * Resolves a host name to an address that may be called. The name is looked up once and all of its addresses must be
 * allowed. The request goes to the checked address, so a later change of the DNS record has no effect (DNS rebinding).
 */
@ApplicationScoped
class AddressGuard {
    /**
     * Networks that are not part of the public internet: IANA's special-purpose registries for IPv4 and IPv6, and the
     * address at which Azure serves its platform to virtual machines. Of IPv6 only global unicast is public; prefixes
     * that embed IPv4 addresses are refused as a whole.
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

    /** An address is not allowed, or the name or the port cannot be called. */
    static final class AddressRefused extends Exception {
        AddressRefused(String message) {
            super(message);
        }
    }

    /** A network in CIDR notation. */
    record CidrBlock(InetAddress address, int prefixLength) {
        static CidrBlock parse(String text) {
            int slash = text.indexOf('/');
            try {
                InetAddress address = InetAddress.ofLiteral((slash < 0 ? text : text.substring(0, slash)).strip());
                int maxBits = address.getAddress().length * 8;
                int bits = slash < 0
                        ? maxBits
                        : Integer.parseInt(text.substring(slash + 1).strip());
                if (bits < 0 || bits > maxBits) {
                    throw new IllegalArgumentException("Not a network: " + text);
                }
                return new CidrBlock(address, bits);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("Not a network like 10.1.0.0/16: " + text, e);
            }
        }

        boolean contains(InetAddress other) {
            byte[] thisAddress = address.getAddress();
            byte[] otherAddress = other.getAddress();
            if (thisAddress.length != otherAddress.length) {
                return false;
            }
            int wholeBytes = prefixLength / 8;
            int remainingBits = prefixLength % 8;
            int mask = 0xFF << (8 - remainingBits);
            return Arrays.equals(thisAddress, 0, wholeBytes, otherAddress, 0, wholeBytes)
                    && (remainingBits == 0 || (thisAddress[wholeBytes] & mask) == (otherAddress[wholeBytes] & mask));
        }
    }

    /** A range of ports, both ends included. */
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

    /** Whether the port of the URL is allowed. By default only ports of web servers are, to protect other services. */
    boolean allowsPort(URI url) {
        int port = port(url);
        return allowedPorts.stream().anyMatch(portRange -> port >= portRange.first() && port <= portRange.last());
    }

    /** The port of a URL, or the default port of its scheme. */
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

    /** Resolves the address to call, within the time limit of an attempt. */
    InetAddress resolve(String host) throws AddressRefused, InterruptedException {
        return requireAllAllowed(host, lookUp(host));
    }

    /** Returns the first of the addresses of a name if all of them are allowed. */
    InetAddress requireAllAllowed(String host, List<InetAddress> addresses) throws AddressRefused {
        if (!addresses.stream().allMatch(this::allows)) {
            throw new AddressRefused("The address of %s is not public; no request was sent".formatted(host));
        }
        return addresses.getFirst();
    }

    private List<InetAddress> lookUp(String host) throws AddressRefused, InterruptedException {
        FutureTask<List<InetAddress>> lookUp = new FutureTask<>(() -> List.of(InetAddress.getAllByName(host)));
        Thread.ofVirtual().name("webhook-look-up").start(lookUp);
        try {
            return lookUp.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AddressRefused("The DNS lookup of %s took too long".formatted(host));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException) {
                throw new AddressRefused("The DNS lookup of %s found no address".formatted(host));
            }
            throw new AddressRefused("The DNS lookup of %s failed".formatted(host));
        }
    }
}
