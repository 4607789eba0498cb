package io.fondaco.catalog;

/**
 * A picture or film of a product.
 *
 * @param url where it is, absolute
 * @param alt what it shows, in words; may be empty
 */
public record Media(String url, String alt) {}
