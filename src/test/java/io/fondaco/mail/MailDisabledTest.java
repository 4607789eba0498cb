package io.fondaco.mail;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MailDisabledTest {
    @Test
    void startFailsIfMailHasNoSender() {
        assertThatThrownBy(() -> start(Map.of("fondaco.mail.enabled", "true")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "FONDACO_MAIL_ENABLED is set but FONDACO_MAIL_FROM has no e-mail address: set it, or disable "
                                + "mail.");
        assertThatThrownBy(() -> start(Map.of("fondaco.mail.enabled", "true", "fondaco.mail.from", "nobody")))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void startSucceedsIfMailIsDisabledOrHasASender() {
        assertThatCode(() -> start(Map.of())).doesNotThrowAnyException();
        assertThatCode(() -> start(Map.of("fondaco.mail.enabled", "true", "fondaco.mail.from", "a@shop.example")))
                .doesNotThrowAnyException();
    }

    private static void start(Map<String, String> configuration) {
        MailSettings settings = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(MailSettings.class)
                .withDefaultValues(configuration)
                .build()
                .getConfigMapping(MailSettings.class);
        new MailDisabled(settings, new PodRoles(EnumSet.allOf(PodRole.class))).onStart(new StartupEvent());
    }
}
