package io.fondaco.platform.csv;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Escapes cells that a spreadsheet would run as formulas: those that begin with {@code =}, {@code +}, {@code -}, {@code
 * @}, a tab or a carriage return. An apostrophe before such a cell makes it text; {@link #unescape} removes it. A cell
 * whose own text begins with apostrophes before one of these characters gets another one, so every cell reads back
 * unchanged.
 */
public enum FormulaEscaping {
    /** Formulas are not escaped. */
    PLAIN,
    /** Formulas are escaped with an apostrophe; numbers are not. */
    QUOTED;

    private static final String FIRST_CHARACTERS = "=+-@\t\r";
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?");

    /** The cell as it is written to the file. */
    public String escape(String cell) {
        boolean quote = isEscaped(cell) || (this == QUOTED && isFormula(cell));
        return quote ? "'" + cell : cell;
    }

    /** The original cell of one that {@link #escape} wrote, in either mode. */
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
