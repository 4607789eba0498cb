package io.fondaco.platform.migrations;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A migration as words, by the lexical rules of Postgres: comments, which may nest, strings, escaped strings, dollar quotes and quoted
 * names are told from the rest. No grammar is needed beyond this, because {@link DdlLint} refuses whatever it does not know.
 */
record SqlScript(List<Statement> statements) {
    SqlScript {
        statements = List.copyOf(statements);
    }

    /** @param text of a word in upper case, of everything else as it stands */
    record Token(Kind kind, String text) {
        /** As a name: unquoted ones in lower case. */
        String name() {
            return kind == Kind.WORD ? text.toLowerCase(Locale.ROOT) : text;
        }
    }

    /** What a token is. */
    enum Kind {
        WORD,
        QUOTED_NAME,
        STRING,
        NUMBER,
        SYMBOL
    }

    /** @param remarks the comments before it, one a line */
    record Statement(List<String> remarks, List<Token> tokens) {
        Statement {
            remarks = List.copyOf(remarks);
            tokens = List.copyOf(tokens);
        }
    }

    static SqlScript parse(String text) {
        return new Reader(text).script();
    }

    private static final class Reader {
        private final String text;
        private final List<Statement> statements = new ArrayList<>();
        private List<String> remarks = new ArrayList<>();
        private List<Token> tokens = new ArrayList<>();
        private int at;

        Reader(String text) {
            this.text = text;
        }

        SqlScript script() {
            while (at < text.length()) {
                step(text.charAt(at));
            }
            end();
            return new SqlScript(statements);
        }

        private void step(char next) {
            if (Character.isWhitespace(next)) {
                at++;
            } else if (text.startsWith("--", at)) {
                int end = text.indexOf('\n', at);
                String remark = text.substring(at, end < 0 ? text.length() : end);
                if (tokens.isEmpty()) {
                    remarks.add(remark.substring(2).strip());
                }
                at += remark.length();
            } else if (text.startsWith("/*", at)) {
                skipBlock();
            } else if (next == ';') {
                at++;
                end();
            } else if (next == '\'') {
                string(false);
            } else if ((next == 'E' || next == 'e') && text.startsWith("'", at + 1)) {
                at++;
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
                add(Kind.SYMBOL, String.valueOf(next), 1);
            }
        }

        private void add(Kind kind, String content, int length) {
            tokens.add(new Token(kind, content));
            at += length;
        }

        private void end() {
            if (!tokens.isEmpty()) {
                statements.add(new Statement(remarks, tokens));
            }
            remarks = new ArrayList<>();
            tokens = new ArrayList<>();
        }

        private void skipBlock() {
            int depth = 0;
            do {
                if (text.startsWith("/*", at)) {
                    depth++;
                    at += 2;
                } else if (text.startsWith("*/", at)) {
                    depth--;
                    at += 2;
                } else {
                    requireMore("A comment");
                    at++;
                }
            } while (depth > 0);
        }

        private void string(boolean escapes) {
            int begin = at++;
            while (!text.startsWith("'", at) || text.startsWith("''", at)) {
                requireMore("A string");
                boolean two = text.startsWith("''", at) || escapes && text.charAt(at) == '\\';
                at += two ? 2 : 1;
            }
            at++;
            tokens.add(new Token(Kind.STRING, text.substring(begin, at)));
        }

        private void quotedName() {
            int begin = at++;
            while (!text.startsWith("\"", at) || text.startsWith("\"\"", at)) {
                requireMore("A quoted name");
                at += text.startsWith("\"\"", at) ? 2 : 1;
            }
            at++;
            tokens.add(new Token(
                    Kind.QUOTED_NAME, text.substring(begin + 1, at - 1).replace("\"\"", "\"")));
        }

        private Optional<String> dollarTag() {
            int end = text.indexOf('$', at + 1);
            if (end < 0) {
                return Optional.empty();
            }
            String tag = text.substring(at, end + 1);
            return tag.matches("\\$([A-Za-z_][A-Za-z0-9_]*)?\\$") ? Optional.of(tag) : Optional.empty();
        }

        private void dollarString(String tag) {
            int end = text.indexOf(tag, at + tag.length());
            if (end < 0) {
                throw new IllegalArgumentException("What begins with %s does not end".formatted(tag));
            }
            add(Kind.STRING, text.substring(at, end + tag.length()), end + tag.length() - at);
        }

        private void word() {
            int end = at;
            while (end < text.length() && isPartOfWord(text.charAt(end))) {
                end++;
            }
            add(Kind.WORD, text.substring(at, end).toUpperCase(Locale.ROOT), end - at);
        }

        private void number() {
            int end = at;
            while (end < text.length() && (isPartOfWord(text.charAt(end)) || text.charAt(end) == '.')) {
                end++;
            }
            add(Kind.NUMBER, text.substring(at, end), end - at);
        }

        private static boolean isPartOfWord(char next) {
            return Character.isLetterOrDigit(next) || next == '_' || next == '$';
        }

        private void requireMore(String what) {
            if (at >= text.length()) {
                throw new IllegalArgumentException(what + " does not end");
            }
        }
    }
}
