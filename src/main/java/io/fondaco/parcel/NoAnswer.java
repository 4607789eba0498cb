package io.fondaco.parcel;

/** The outcome of a call to a provider is unknown, or the call was not made. The message is for the staff. */
class NoAnswer extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoAnswer(String message) {
        super(message);
    }
}
