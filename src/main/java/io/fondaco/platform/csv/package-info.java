/**
 * Reads CSV files of spreadsheets and other shops row by row in constant memory, reports the row and the column of what
 * cannot be read, and writes rows that read back unchanged.
 */
@NullMarked
package io.fondaco.platform.csv;

import org.jspecify.annotations.NullMarked;
