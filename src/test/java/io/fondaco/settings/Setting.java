package io.fondaco.settings;

import java.util.Locale;

/**
 * A {@code fondaco.*} setting as its source declares it.
 *
 * @param key {@code fondaco.cart.max-lines}
 * @param type the type of its value, for people: {@code integer}, {@code duration}
 * @param defaultValue empty if there is none
 * @param meaning the Javadoc as Markdown; empty if there is none
 * @param isMap whether the settings are the keys below this one
 */
public record Setting(String key, String type, String defaultValue, String meaning, boolean isMap) {
    public String environmentVariable() {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** Whether this setting, or one of its keys if it is a map, has the name. */
    public boolean isKey(String name) {
        return name.equals(key) || (isMap && name.startsWith(key + "."));
    }

    /** Whether the environment variable sets this setting, or one of its keys if it is a map. */
    public boolean isVariable(String name) {
        return name.equals(environmentVariable()) || (isMap && name.startsWith(environmentVariable() + "_"));
    }
}
