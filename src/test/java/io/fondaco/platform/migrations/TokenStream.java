package io.fondaco.platform.migrations;

import io.fondaco.platform.migrations.SqlScript.SqlToken;
import io.fondaco.platform.migrations.SqlScript.TokenKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A position in the tokens of a statement. */
final class TokenStream {
    private static final List<String> LITERALS = List.of("TRUE", "FALSE", "NULL", "CURRENT_TIMESTAMP", "CURRENT_DATE");

    private final List<SqlToken> tokens;
    private int position;

    TokenStream(List<SqlToken> tokens) {
        this.tokens = List.copyOf(tokens);
    }

    /** Skips these words if they come next, and returns whether they did. */
    boolean accept(String... words) {
        for (int i = 0; i < words.length; i++) {
            if (position + i >= tokens.size() || !is(tokens.get(position + i), words[i])) {
                return false;
            }
        }
        position += words.length;
        return true;
    }

    boolean isNext(String word) {
        return position < tokens.size() && is(tokens.get(position), word);
    }

    private static boolean is(SqlToken sqlToken, String word) {
        return (sqlToken.kind() == TokenKind.WORD || sqlToken.kind() == TokenKind.SYMBOL)
                && sqlToken.text().equals(word);
    }

    /** Reads a name, quoted or not, with its schema if there is one: {@code inventory.location}. */
    String name() {
        if (position >= tokens.size()) {
            return "";
        }
        StringBuilder name = new StringBuilder(tokens.get(position++).name());
        while (position + 1 < tokens.size() && is(tokens.get(position), ".")) {
            name.append('.').append(tokens.get(position + 1).name());
            position += 2;
        }
        return name.toString();
    }

    /** Whether these words occur from here on, outside of parentheses. */
    boolean contains(String... words) {
        int depth = 0;
        for (int index = position; index < tokens.size(); index++) {
            if (depth == 0 && new TokenStream(tokens.subList(index, tokens.size())).accept(words)) {
                return true;
            }
            depth += depthChange(tokens.get(index));
        }
        return false;
    }

    /**
     * Returns the tokens after the first occurrence of the word outside of parentheses; nothing if it does not occur.
     */
    TokenStream after(String word) {
        int depth = 0;
        for (int index = position; index < tokens.size(); index++) {
            if (depth == 0 && is(tokens.get(index), word)) {
                return new TokenStream(tokens.subList(index + 1, tokens.size()));
            }
            depth += depthChange(tokens.get(index));
        }
        return new TokenStream(List.of());
    }

    boolean endsWith(String... words) {
        return tokens.size() >= words.length
                && new TokenStream(tokens.subList(tokens.size() - words.length, tokens.size())).accept(words);
    }

    boolean isAtEnd() {
        return position == tokens.size();
    }

    /** Splits the rest by commas outside of parentheses. */
    List<TokenStream> splitByComma() {
        List<TokenStream> parts = new ArrayList<>();
        int depth = 0;
        int begin = position;
        for (int index = position; index < tokens.size(); index++) {
            depth += depthChange(tokens.get(index));
            if (depth == 0 && is(tokens.get(index), ",")) {
                parts.add(new TokenStream(tokens.subList(begin, index)));
                begin = index + 1;
            }
        }
        parts.add(new TokenStream(tokens.subList(begin, tokens.size())));
        return parts;
    }

    private static int depthChange(SqlToken sqlToken) {
        if (sqlToken.kind() != TokenKind.SYMBOL) {
            return 0;
        }
        return switch (sqlToken.text()) {
            case "(", "[" -> 1;
            case ")", "]" -> -1;
            default -> 0;
        };
    }

    /**
     * Whether the value is the same for every row: a literal, with an optional sign and type, or the time of the
     * transaction.
     */
    boolean isConstant() {
        while (accept("-") || accept("+") || accept("(")) {
            continue;
        }
        boolean constant = accept("NOW", "(", ")") || accept("TRANSACTION_TIMESTAMP", "(", ")") || acceptLiteral();
        while (accept(")")) {
            continue;
        }
        while (accept(":", ":")) {
            name();
            while (accept("[", "]")) {
                continue;
            }
        }
        // An expression that continues after the constant may not be constant.
        return constant && (isAtEnd() || isNext("NOT") || isNext("NULL") || isNext("CONSTRAINT") || isNext("COLLATE"));
    }

    private boolean acceptLiteral() {
        if (position < tokens.size()
                && (tokens.get(position).kind() == TokenKind.STRING
                        || tokens.get(position).kind() == TokenKind.NUMBER)) {
            position++;
            return true;
        }
        return LITERALS.stream().anyMatch(this::accept);
    }

    @Override
    public String toString() {
        return tokens.stream().map(SqlToken::text).collect(Collectors.joining(" "));
    }
}
