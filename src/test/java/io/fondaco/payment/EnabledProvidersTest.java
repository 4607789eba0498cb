package io.fondaco.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.identity.Hmac;
import io.fondaco.platform.web.ApiException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which providers are enabled with which settings. */
class EnabledProvidersTest {
    @Test
    void manualProviderIsDisabledByDefault() {
        assertThat(new ManualPaymentProvider(settings(Map.of()), false).isEnabled())
                .isFalse();
        assertThat(new ManualPaymentProvider(settings(Map.of("fondaco.payment.manual.enabled", "true")), false)
                        .isEnabled())
                .isTrue();
    }

    @Test
    void testProviderIsDisabledByDefault() {
        assertThat(test(settings(Map.of())).isEnabled()).isFalse();
    }

    @Test
    void testProviderRejectsWebhooksWithoutItsOwnSecret() {
        TestPaymentProvider provider = test(settings(Map.of("fondaco.payment.test.enabled", "true")));
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        // The secret of the embedded cluster, which is public.
        byte[] key = "test-webhook-secret".getBytes(StandardCharsets.UTF_8);
        String signature = "sha256=" + HexFormat.of().formatHex(Hmac.of(body, Hmac.key(key)));
        assertThat(test(settings(Map.of("fondaco.payment.test.webhook-secret", "test-webhook-secret")))
                        .parseWebhook(body, signature))
                .isEmpty();
        assertThatThrownBy(() -> provider.parseWebhook(body, signature))
                .isInstanceOfSatisfying(ApiException.class, refused -> assertThat(refused.code())
                        .isEqualTo("invalid_signature"));
    }

    private static TestPaymentProvider test(PaymentSettings settings) {
        return new TestPaymentProvider(null, settings, new ObjectMapper());
    }

    private static PaymentSettings settings(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(PaymentSettings.class)
                .withDefaultValues(values)
                .build()
                .getConfigMapping(PaymentSettings.class);
    }
}
