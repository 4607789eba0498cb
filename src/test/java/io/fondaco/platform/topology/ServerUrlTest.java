package io.fondaco.platform.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerUrlTest {
    @Test
    void severalUrlsOfSeveralHostsBecomeServers() {
        List<ServerUrl> urls =
                ServerUrl.parseAll("jdbc:postgresql://a:1,b/shop?ssl=true, jdbc:postgresql://[::1]:3,[fe80::2]/other");
        assertThat(urls.getFirst().hosts()).containsExactly(new Address("a", 1), new Address("b", 5432));
        assertThat(urls.getLast().hosts()).containsExactly(new Address("::1", 3), new Address("fe80::2", 5432));
        assertThat(urls.getFirst().of(new Address("10.0.0.7", 1)))
                .isEqualTo("jdbc:postgresql://10.0.0.7:1/shop?ssl=true");
        assertThat(urls.getLast().of(new Address("::1", 3))).isEqualTo("jdbc:postgresql://[::1]:3/other");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "postgres://a/b",
                "jdbc:postgresql://a:1",
                "jdbc:postgresql:///shop",
                "jdbc:postgresql://a:x/shop",
                "jdbc:postgresql://a:0/shop",
                "jdbc:postgresql://a:70000/shop",
                "jdbc:postgresql://a,,b/shop",
            })
    void whatIsNoUrlIsRefused(String url) {
        assertThatThrownBy(() -> ServerUrl.parse(url)).isInstanceOf(IllegalArgumentException.class);
    }
}
