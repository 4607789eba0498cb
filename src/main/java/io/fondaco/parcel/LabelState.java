package io.fondaco.parcel;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * The state of a label. {@link LabelStatements} has the transitions: a requested label becomes purchased, failed or
 * cancelling; a purchased one cancelling; a cancelling one cancelled, or purchased again if the provider refuses.
 */
public enum LabelState {
    /** The provider is asked until it answers. */
    REQUESTED,
    PURCHASED,
    /** The provider refused. */
    FAILED,
    /** The provider is asked to cancel until it answers. */
    CANCELLING,
    CANCELLED;

    @JsonValue
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static LabelState ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
