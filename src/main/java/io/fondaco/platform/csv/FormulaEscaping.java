package io.fondaco.platform.csv;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What becomes of cells that a spreadsheet program takes for formulas: those that begin with {@code =}, {@code +},
 * {@code -}, {@code @}, a tab or a carriage return. An apostrophe before such a cell makes it text; {@link #unescape} takes
 * it away. So a cell whose own text begins with an apostrophe before one of these gets another one, and every cell
 * reads back as it was.
 */
public enum FormulaEscaping {
    /** Cells are written as they are. */
    PLAIN,
    /** Formulas get an apostrophe; numbers do not. */
    QUOTED;

    private static final String FIRST_CHARACTERS = "=+-@\t\r";
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?");

    /** The cell as the file has it. */
    public String escape(String cell) {
        boolean quote = isEscaped(cell) || (this == QUOTED && isFormula(cell));
        return quote ? "'" + cell : cell;
    }

    /** The cell that {@link #escape} wrote, either way. */
    public static String unescape(String cell) {
        return isEscaped(cell) ? cell.substring(1) : cell;
    }

    private static boolean isEscaped(String cell) {
        int start = 0;
        while (start < cell.length() && cell.charAt(start) == '\'') {
            start++;
        }
        return start > 0 && start < cell.length() && FIRST_CHARACTERS.indexOf(cell.charAt(start)) >= 0;
    }

    private static boolean isFormula(String cell) {
        return !cell.isEmpty()
                && FIRST_CHARACTERS.indexOf(cell.charAt(0)) >= 0
                && !NUMBER.matcher(cell).matches();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
