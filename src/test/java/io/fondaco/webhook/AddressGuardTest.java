package io.fondaco.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.255.255.255",
                "10.0.0.0",
                "10.255.255.255",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.254",
                "169.254.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.1",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.0.1",
                "192.168.255.255",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:10.0.0.1",
                "::ffff:127.0.0.1",
                "::ffff:a9fe:a9fe",
                "::10.0.0.1",
                "64:ff9b::10.0.0.1",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:20::1",
                "2001:db8::1",
                "2002:0a00:0001::1",
                "3fff::1",
                "5f00::1",
                "fc00::1",
                "fd00::1",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void specialPurposeAddressIsRefused(String address) {
        assertThat(guard(Map.of()).allows(InetAddress.ofLiteral(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.1",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "::ffff:8.8.8.8",
                "2001:200::1",
                "2001:4860:4860::8888",
                "2001:db9::1",
                "2606:4700:4700::1111",
                "2a00:1450::1"
            })
    void publicAddressIsAllowed(String address) {
        assertThat(guard(Map.of()).allows(InetAddress.ofLiteral(address))).isTrue();
    }

    @Test
    void allowedNetworkPassesAndItsNeighboursDoNot() {
        AddressGuard guard = guard(Map.of("fondaco.webhook.allowed-addresses", "10.1.0.0/20, 127.0.0.1,fd00::/8"));
        assertThat(List.of("10.1.0.1", "10.1.15.255", "127.0.0.1", "fd12::1", "8.8.8.8"))
                .allMatch(address -> guard.allows(InetAddress.ofLiteral(address)));
        assertThat(List.of("10.1.16.0", "10.0.255.255", "127.0.0.2", "fc12::1", "::1"))
                .noneMatch(address -> guard.allows(InetAddress.ofLiteral(address)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "120|120",
                "'Tue, 24 Nov 2026 12:02:00 GMT'|120",
                "'Tue, 24 Nov 2026 11:00:00 GMT'|0",
                "'Fri, 27 Nov 2026 12:00:00 GMT'|3600",
                "999999999999|3600",
                "99999999999999999999|0",
                "-5|0",
                "soon|0",
                "''|0"
            })
    void retryAfterIsANumberOfSecondsOrADate(String header, long seconds) {
        assertThat(WebhookClient.parseRetryAfter(header, Instant.parse("2026-11-24T12:00:00Z")))
                .isEqualTo(seconds);
    }

    @Test
    void azurePlatformAddressIsRefused() {
        assertThat(guard(Map.of()).allows(InetAddress.ofLiteral("168.63.129.16")))
                .isFalse();
        assertThat(guard(Map.of()).allows(InetAddress.ofLiteral("168.63.129.17")))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example/,true",
        "https://a.example:443/,true",
        "https://a.example:8443/,true",
        "https://a.example:5432/,false",
        "https://a.example:8444/,false",
        "http://a.example/,false"
    })
    void onlyWebServerPortsAreAllowedByDefault(String url, boolean called) {
        assertThat(guard(Map.of()).allowsPort(URI.create(url))).isEqualTo(called);
    }

    @Test
    void portsAreAllowedSinglyAndAsRanges() {
        AddressGuard guard = guard(Map.of("fondaco.webhook.allowed-ports", "443, 8000-8999"));
        assertThat(guard.allowsPort(URI.create("https://a.example:8000/"))).isTrue();
        assertThat(guard.allowsPort(URI.create("https://a.example:8999/"))).isTrue();
        assertThat(guard.allowsPort(URI.create("https://a.example:9000/"))).isFalse();
        assertThatThrownBy(() -> guard(Map.of("fondaco.webhook.allowed-ports", "https")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Not a port");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "fd00::/129", "/8"})
    void invalidNetworkStopsTheStart(String network) {
        assertThatThrownBy(() -> guard(Map.of("fondaco.webhook.allowed-addresses", network)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Not a network");
    }

    @Test
    void nameResolvesToItsFirstAddressIfAllArePublic() throws Exception {
        List<InetAddress> addresses = addresses("8.8.8.8", "2001:4860:4860::8888");
        assertThat(guard(Map.of()).requireAllAllowed("dns.example", addresses)).isEqualTo(addresses.getFirst());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1"})
    void nameIsRefusedIfAnyOfItsAddressesIsPrivate(String hidden) {
        for (List<InetAddress> addresses : List.of(
                addresses(hidden, "8.8.8.8"), addresses("8.8.8.8", hidden), addresses("8.8.8.8", hidden, "1.1.1.1"))) {
            assertThatThrownBy(() -> guard(Map.of()).requireAllAllowed("mixed.example", addresses))
                    .isInstanceOf(AddressGuard.AddressRefused.class)
                    .hasMessageContaining("mixed.example")
                    .hasMessageNotContaining(hidden);
        }
    }

    /** Spellings of loopback addresses and names that some programs accept, each as the host of a URL. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "127.0.0.1",
                "2130706433",
                "0x7f000001",
                "0x7f.1",
                "127.1",
                "[::1]",
                "[::ffff:127.0.0.1]",
                "[0:0:0:0:0:ffff:7f00:1]",
                "0",
                "0.0.0.0"
            })
    void everySpellingOfLoopbackIsRefused(String host) {
        assertThatThrownBy(() -> guard(Map.of()).resolve(host)).isInstanceOf(AddressGuard.AddressRefused.class);
    }

    /** Other programs read 0177 as octal 127. This has no effect, because the request goes to the checked address. */
    @ParameterizedTest
    @ValueSource(strings = {"0177.0.0.1", "0177.1"})
    void octalSpellingResolvesToTheCheckedAddress(String host) throws Exception {
        assertThat(guard(Map.of()).resolve(host)).isEqualTo(InetAddress.ofLiteral("177.0.0.1"));
    }

    private static List<InetAddress> addresses(String... literals) {
        return Arrays.stream(literals).map(InetAddress::ofLiteral).toList();
    }

    private static AddressGuard guard(Map<String, String> settings) {
        return new AddressGuard(new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(WebhookSettings.class)
                .withDefaultValues(settings)
                .withDefaultValue("fondaco.webhook.timeout", "5s")
                .build()
                .getConfigMapping(WebhookSettings.class));
    }
}
