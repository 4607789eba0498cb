/**
 * CSV files as spreadsheets and other shops write them: reads them row by row at constant memory, names the row and the
 * column of whatever cannot be read, and writes rows that read back as they were.
 */
@NullMarked
package io.fondaco.platform.csv;

import org.jspecify.annotations.NullMarked;
