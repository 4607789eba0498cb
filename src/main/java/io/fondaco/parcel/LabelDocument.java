package io.fondaco.parcel;

import java.util.Set;

/** A label to print. */
public final class LabelDocument {
    /** A label is a page; most have less than 100 kB. */
    public static final int MAX_BYTES = 1_048_576;

    public static final String PDF = "application/pdf";
    public static final String PNG = "image/png";

    private static final Set<String> CONTENT_TYPES = Set.of(PDF, PNG);

    private final String contentType;
    private final byte[] content;

    /**
     * @param contentType {@link #PDF} or {@link #PNG}
     * @param content 1 to {@link #MAX_BYTES} bytes
     * @throws IllegalArgumentException if it is something else
     */
    public LabelDocument(String contentType, byte[] content) {
        if (!CONTENT_TYPES.contains(contentType)) {
            throw new IllegalArgumentException("A label is a PDF or a PNG");
        }
        if (content.length == 0 || content.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "A label of %,d bytes; 1 to %,d are accepted".formatted(content.length, MAX_BYTES));
        }
        this.contentType = contentType;
        this.content = content.clone();
    }

    public String contentType() {
        return contentType;
    }

    byte[] toBytes() {
        return content.clone();
    }
}
