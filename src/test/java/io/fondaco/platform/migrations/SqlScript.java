package io.fondaco.platform.migrations;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A migration as tokens, by the lexical rules of Postgres: nested comments, strings, escaped strings, dollar quotes and
 * quoted names are recognized. No grammar is needed beyond this, because {@link DdlLint} refuses everything that it
 * does not know.
 */
record SqlScript(List<SqlStatement> statements) {
    SqlScript {
        statements = List.copyOf(statements);
    }

    /** @param text the text, in upper case for a word, otherwise as written */
    record SqlToken(TokenKind kind, String text) {
        /** Returns the token as a name: in lower case unless it is quoted. */
        String name() {
            return kind == TokenKind.WORD ? text.toLowerCase(Locale.ROOT) : text;
        }
    }

    /** The kind of a token. */
    enum TokenKind {
        WORD,
        QUOTED_NAME,
        STRING,
        NUMBER,
        SYMBOL
    }

    /** @param comments the comments before the statement, one per line */
    record SqlStatement(List<String> comments, List<SqlToken> tokens) {
        SqlStatement {
            comments = List.copyOf(comments);
            tokens = List.copyOf(tokens);
        }
    }

    static SqlScript parse(String text) {
        return new SqlLexer(text).script();
    }

    private static final class SqlLexer {
        private final String text;
        private final List<SqlStatement> statements = new ArrayList<>();
        private List<String> comments = new ArrayList<>();
        private List<SqlToken> tokens = new ArrayList<>();
        private int position;

        SqlLexer(String text) {
            this.text = text;
        }

        SqlScript script() {
            while (position < text.length()) {
                readToken(text.charAt(position));
            }
            endStatement();
            return new SqlScript(statements);
        }

        private void readToken(char next) {
            if (Character.isWhitespace(next)) {
                position++;
            } else if (text.startsWith("--", position)) {
                int end = text.indexOf('\n', position);
                String comment = text.substring(position, end < 0 ? text.length() : end);
                if (tokens.isEmpty()) {
                    comments.add(comment.substring(2).strip());
                }
                position += comment.length();
            } else if (text.startsWith("/*", position)) {
                skipBlock();
            } else if (next == ';') {
                position++;
                endStatement();
            } else if (next == '\'') {
                string(false);
            } else if ((next == 'E' || next == 'e') && text.startsWith("'", position + 1)) {
                position++;
                string(true);
            } else if (next == '"') {
                quotedName();
            } else if (next == '$' && dollarTag().isPresent()) {
                dollarString(dollarTag().get());
            } else if (Character.isLetter(next) || next == '_') {
                word();
            } else if (Character.isDigit(next)) {
                number();
            } else {
                add(TokenKind.SYMBOL, String.valueOf(next), 1);
            }
        }

        private void add(TokenKind tokenKind, String content, int length) {
            tokens.add(new SqlToken(tokenKind, content));
            position += length;
        }

        private void endStatement() {
            if (!tokens.isEmpty()) {
                statements.add(new SqlStatement(comments, tokens));
            }
            comments = new ArrayList<>();
            tokens = new ArrayList<>();
        }

        private void skipBlock() {
            int depth = 0;
            do {
                if (text.startsWith("/*", position)) {
                    depth++;
                    position += 2;
                } else if (text.startsWith("*/", position)) {
                    depth--;
                    position += 2;
                } else {
                    requireMore("A comment");
                    position++;
                }
            } while (depth > 0);
        }

        private void string(boolean escapes) {
            int begin = position++;
            while (!text.startsWith("'", position) || text.startsWith("''", position)) {
                requireMore("A string");
                boolean two = text.startsWith("''", position) || escapes && text.charAt(position) == '\\';
                position += two ? 2 : 1;
            }
            position++;
            tokens.add(new SqlToken(TokenKind.STRING, text.substring(begin, position)));
        }

        private void quotedName() {
            int begin = position++;
            while (!text.startsWith("\"", position) || text.startsWith("\"\"", position)) {
                requireMore("A quoted name");
                position += text.startsWith("\"\"", position) ? 2 : 1;
            }
            position++;
            tokens.add(new SqlToken(
                    TokenKind.QUOTED_NAME,
                    text.substring(begin + 1, position - 1).replace("\"\"", "\"")));
        }

        private Optional<String> dollarTag() {
            int end = text.indexOf('$', position + 1);
            if (end < 0) {
                return Optional.empty();
            }
            String tag = text.substring(position, end + 1);
            return tag.matches("\\$([A-Za-z_][A-Za-z0-9_]*)?\\$") ? Optional.of(tag) : Optional.empty();
        }

        private void dollarString(String tag) {
            int end = text.indexOf(tag, position + tag.length());
            if (end < 0) {
                throw new IllegalArgumentException("The string that starts with %s does not end".formatted(tag));
            }
            add(TokenKind.STRING, text.substring(position, end + tag.length()), end + tag.length() - position);
        }

        private void word() {
            int end = position;
            while (end < text.length() && isPartOfWord(text.charAt(end))) {
                end++;
            }
            add(TokenKind.WORD, text.substring(position, end).toUpperCase(Locale.ROOT), end - position);
        }

        private void number() {
            int end = position;
            while (end < text.length() && (isPartOfWord(text.charAt(end)) || text.charAt(end) == '.')) {
                end++;
            }
            add(TokenKind.NUMBER, text.substring(position, end), end - position);
        }

        private static boolean isPartOfWord(char next) {
            return Character.isLetterOrDigit(next) || next == '_' || next == '$';
        }

        private void requireMore(String what) {
            if (position >= text.length()) {
                throw new IllegalArgumentException(what + " does not end");
            }
        }
    }
}
