package io.fondaco.platform.identity;

/** A text that is not an identifier of the wanted type. */
public final class InvalidId extends IllegalArgumentException {
    private static final int SHOWN_LENGTH = 60;

    public InvalidId(String prefix, String text) {
        super("'%s' is not an id of the form %s_…"
                .formatted(text.length() > SHOWN_LENGTH ? text.substring(0, SHOWN_LENGTH) + "…" : text, prefix));
    }
}
