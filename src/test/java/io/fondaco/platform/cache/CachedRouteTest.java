package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which paths a cached route matches. */
class CachedRouteTest {
    private final CachedRoute list = new CachedRoute("/store/v1/products", List.of("sort"));
    private final CachedRoute product = new CachedRoute("/store/v1/products/{product}", List.of());

    @Test
    void pathWithoutParameterMatchesExactly() {
        assertThat(list.matches("/store/v1/products")).isTrue();
        assertThat(list.matches("/store/v1/products/")).isFalse();
        assertThat(list.matches("/store/v1/products/lamp")).isFalse();
        assertThat(list.matches("/store/v1/product")).isFalse();
    }

    @Property
    void parameterMatchesAnythingWithoutASlash(
            @ForAll @NotEmpty @Chars({'a', '/', '%', '{', '}', '\u00fc'}) @StringLength(max = 8) String value) {
        assertThat(product.matches("/store/v1/products/" + value)).isEqualTo(!value.contains("/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/store/v1/products",
                "/store/v1/products/",
                "/store/v1/products/lamp/",
                "/store/v1/products/lamp/reviews",
                "/store/v2/products/lamp",
                "/admin/store/v1/products/lamp"
            })
    void pathsWithoutParameterOrWithMoreSegmentsDoNotMatch(String path) {
        assertThat(product.matches(path)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/products/{product}/reviews", "/products/{product}/{review}", "/products/{product"})
    void parameterThatIsNotLastIsRejected(String path) {
        assertThatThrownBy(() -> new CachedRoute(path, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(path);
    }
}
