package io.fondaco.platform.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcUrlTest {
    @Test
    void urlsWithSeveralHostsAreParsed() {
        List<JdbcUrl> urls =
                JdbcUrl.parseAll("jdbc:postgresql://a:1,b/shop?ssl=true, jdbc:postgresql://[::1]:3,[fe80::2]/other");
        assertThat(urls.getFirst().hosts()).containsExactly(new HostAndPort("a", 1), new HostAndPort("b", 5432));
        assertThat(urls.getLast().hosts()).containsExactly(new HostAndPort("::1", 3), new HostAndPort("fe80::2", 5432));
        assertThat(urls.getFirst().forHost(new HostAndPort("10.0.0.7", 1)))
                .isEqualTo("jdbc:postgresql://10.0.0.7:1/shop?ssl=true");
        assertThat(urls.getLast().forHost(new HostAndPort("::1", 3))).isEqualTo("jdbc:postgresql://[::1]:3/other");
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
    void invalidUrlIsRefused(String url) {
        assertThatThrownBy(() -> JdbcUrl.parse(url)).isInstanceOf(IllegalArgumentException.class);
    }
}
