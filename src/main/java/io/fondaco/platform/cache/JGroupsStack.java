package io.fondaco.platform.cache;

/** The JGroups protocol stack: TCP, members found by DNS or by name, no multicast. */
final class JGroupsStack {
    /** The failure timeout divided by the heartbeat interval. */
    private static final int HEARTBEATS_PER_TIMEOUT = 5;

    private JGroupsStack() {}

    /**
     * A member that dies is detected immediately by its closed connection (FD_SOCK2), a member that hangs by missing
     * heartbeats (FD_ALL3); the parts of a split cluster search for each other repeatedly (MERGE3).
     */
    static String xml(CacheSettings.Cluster cluster) {
        String discovery = cluster.dns()
                .map(name -> "<%s dns_query=\"%s\" num_discovery_runs=\"2\"/>"
                        .formatted(DnsPodDiscovery.class.getName(), escaped(name)))
                .orElseGet(() -> "<TCPPING initial_hosts=\"%s\" port_range=\"0\" num_discovery_runs=\"2\"/>"
                        .formatted(escaped(cluster.members().orElseThrow())));
        String external = cluster.externalAddress()
                .map(address -> " external_addr=\"%s\" external_port=\"%d\""
                        .formatted(escaped(address), cluster.externalPort().orElse(cluster.bindPort())))
                .orElse("");
        String tls = cluster.keystore()
                .map(file -> secured(file, cluster.keystorePassword().orElse("")))
                .orElse("");
        return """
                <config xmlns="urn:org:jgroups">
                   <TCP bind_addr="%s" bind_port="%d"%s%s port_range="0" diag.enabled="false"
                        sock_conn_timeout="500ms" tcp_nodelay="true" linger="-1"
                        non_blocking_sends="true" thread_pool.max_threads="100" thread_pool.keep_alive_time="1m"
                        use_vthreads="true"/>
                   <RED/>
                   %s
                   <MERGE3 min_interval="%dms" max_interval="%dms"/>
                   <FD_SOCK2 offset="50000"/>
                   <FD_ALL3 timeout="%dms" interval="%dms"/>
                   <VERIFY_SUSPECT2 timeout="1s"/>
                   <pbcast.NAKACK2 use_mcast_xmit="false" xmit_interval="200ms" resend_last_seqno="true"/>
                   <UNICAST3 conn_close_timeout="5s" xmit_interval="200ms"/>
                   <pbcast.STABLE desired_avg_gossip="5s" max_bytes="1M"/>
                   <pbcast.GMS print_local_addr="false" join_timeout="1s"/>
                   <UFC max_credits="4m" min_threshold="0.40"/>
                   <MFC max_credits="4m" min_threshold="0.40"/>
                   <FRAG4 frag_size="60k"/>
                </config>
                """.formatted(
                escaped(cluster.bindAddress()),
                cluster.bindPort(),
                external,
                tls,
                discovery,
                cluster.failureTimeout().dividedBy(2).toMillis(),
                cluster.failureTimeout().toMillis(),
                cluster.failureTimeout().toMillis(),
                cluster.failureTimeout().dividedBy(HEARTBEATS_PER_TIMEOUT).toMillis());
    }

    private static String secured(String keystore, String password) {
        return """
                 tls.enabled="true" tls.client_auth="NEED" tls.keystore_type="pkcs12" tls.keystore_path="%1$s"
                 tls.keystore_password="%2$s" tls.truststore_type="pkcs12" tls.truststore_path="%1$s"
                 tls.truststore_password="%2$s"
                """.formatted(escaped(keystore), escaped(password));
    }

    private static String escaped(String value) {
        return value.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
