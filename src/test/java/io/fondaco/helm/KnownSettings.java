package io.fondaco.helm;

import io.fondaco.settings.Setting;
import io.fondaco.settings.SettingSources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** All {@code fondaco.*} settings of the application. */
record KnownSettings(List<Setting> settings) {
    static KnownSettings scan() {
        try {
            return new KnownSettings(SettingSources.read());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the sources", e);
        }
    }

    boolean hasEnvironmentVariable(String variable) {
        return settings.stream().anyMatch(setting -> setting.isVariable(variable));
    }

    boolean hasProperty(String property) {
        return settings.stream().anyMatch(setting -> setting.isKey(property));
    }
}
