package io.fondaco.platform.migrations;

import io.fondaco.platform.migrations.SqlScript.Kind;
import io.fondaco.platform.migrations.SqlScript.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A place in the words of a statement. */
final class Words {
    private static final List<String> LITERALS = List.of("TRUE", "FALSE", "NULL", "CURRENT_TIMESTAMP", "CURRENT_DATE");

    private final List<Token> tokens;
    private int at;

    Words(List<Token> tokens) {
        this.tokens = List.copyOf(tokens);
    }

    /** Goes past these words, if they come next. */
    boolean accept(String... words) {
        for (int i = 0; i < words.length; i++) {
            if (at + i >= tokens.size() || !is(tokens.get(at + i), words[i])) {
                return false;
            }
        }
        at += words.length;
        return true;
    }

    boolean isNext(String word) {
        return at < tokens.size() && is(tokens.get(at), word);
    }

    private static boolean is(Token token, String word) {
        return (token.kind() == Kind.WORD || token.kind() == Kind.SYMBOL)
                && token.text().equals(word);
    }

    /** A name, of whatever kind; with its schema when it has one: {@code cart.line}. */
    String name() {
        if (at >= tokens.size()) {
            return "";
        }
        StringBuilder name = new StringBuilder(tokens.get(at++).name());
        while (at + 1 < tokens.size() && is(tokens.get(at), ".")) {
            name.append('.').append(tokens.get(at + 1).name());
            at += 2;
        }
        return name.toString();
    }

    /** Whether these words come anywhere from here on, outside of parentheses. */
    boolean has(String... words) {
        int depth = 0;
        for (int place = at; place < tokens.size(); place++) {
            if (depth == 0 && new Words(tokens.subList(place, tokens.size())).accept(words)) {
                return true;
            }
            depth += step(tokens.get(place));
        }
        return false;
    }

    /** What comes behind the first of these words, outside of parentheses; nothing if it does not come. */
    Words behind(String word) {
        int depth = 0;
        for (int place = at; place < tokens.size(); place++) {
            if (depth == 0 && is(tokens.get(place), word)) {
                return new Words(tokens.subList(place + 1, tokens.size()));
            }
            depth += step(tokens.get(place));
        }
        return new Words(List.of());
    }

    boolean endsWith(String... words) {
        return tokens.size() >= words.length
                && new Words(tokens.subList(tokens.size() - words.length, tokens.size())).accept(words);
    }

    boolean isAtEnd() {
        return at == tokens.size();
    }

    /** What is separated by commas outside of parentheses, from here on. */
    List<Words> parts() {
        List<Words> parts = new ArrayList<>();
        int depth = 0;
        int begin = at;
        for (int place = at; place < tokens.size(); place++) {
            depth += step(tokens.get(place));
            if (depth == 0 && is(tokens.get(place), ",")) {
                parts.add(new Words(tokens.subList(begin, place)));
                begin = place + 1;
            }
        }
        parts.add(new Words(tokens.subList(begin, tokens.size())));
        return parts;
    }

    private static int step(Token token) {
        if (token.kind() != Kind.SYMBOL) {
            return 0;
        }
        return switch (token.text()) {
            case "(", "[" -> 1;
            case ")", "]" -> -1;
            default -> 0;
        };
    }

    /** A value that is the same for every row: a literal, with a sign and a type perhaps, or the time of the transaction. */
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
        // Whatever is worked out of it may be anything.
        return constant && (isAtEnd() || isNext("NOT") || isNext("NULL") || isNext("CONSTRAINT") || isNext("COLLATE"));
    }

    private boolean acceptLiteral() {
        if (at < tokens.size()
                && (tokens.get(at).kind() == Kind.STRING || tokens.get(at).kind() == Kind.NUMBER)) {
            at++;
            return true;
        }
        return LITERALS.stream().anyMatch(this::accept);
    }

    @Override
    public String toString() {
        return tokens.stream().map(Token::text).collect(Collectors.joining(" "));
    }
}
