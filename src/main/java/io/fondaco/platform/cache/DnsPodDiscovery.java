package io.fondaco.platform.cache;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.jgroups.Address;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.dns.DNSResolver;
import org.jgroups.protocols.dns.DNS_PING;
import org.jgroups.stack.IpAddress;

/**
 * JGroups' discovery by DNS, with names resolved by {@link InetAddress}: JGroups itself uses JNDI, which Quarkus
 * switches off for security.
 */
public final class DnsPodDiscovery extends DNS_PING {
    /** Above the ids that JGroups reserves for itself. */
    private static final short PROTOCOL_ID = 2_001;

    static {
        ClassConfigurator.addProtocol(PROTOCOL_ID, DnsPodDiscovery.class);
    }

    @Override
    public void init() throws Exception {
        setDNSResolver(new Resolver());
        super.init();
    }

    private static final class Resolver implements DNSResolver {
        @Override
        public List<Address> resolveIps(String name, DNSRecordType type) {
            try {
                return Stream.of(InetAddress.getAllByName(name))
                        .<Address>map(address -> new IpAddress(address, 0))
                        .toList();
            } catch (UnknownHostException _) {
                return List.of();
            }
        }
    }
}
