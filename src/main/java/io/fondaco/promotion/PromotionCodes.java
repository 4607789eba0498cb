package io.fondaco.promotion;

import io.fondaco.platform.csv.CsvRowWriter;
import io.fondaco.platform.csv.FormulaEscaping;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.web.ApiException;
import io.fondaco.promotion.PromotionEntity.PromotionRow;
import io.fondaco.promotion.PromotionLimitStatements.CodeRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Generated codes: each is for one order. */
@ApplicationScoped
class PromotionCodes {
    static final int MAX_BATCH = 10_000;
    private static final long MAX_PER_PROMOTION = 1_000_000;

    /** Without I, O, 0 and 1, which are mistaken for each other: five bits per character. */
    private static final String ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /** 60 bits: of a million codes, one in 10^12 guesses is right. */
    private static final int RANDOM_CHARACTERS = 12;

    private static final int MAX_ROUNDS = 3;
    private static final int PAGE_ROWS = 5_000;
    private static final String ORDER_PREFIX = "order";

    private final SecureRandom random = new SecureRandom();
    private final PromotionRepository promotions;
    private final PromotionLimitStatements statements;

    PromotionCodes(PromotionRepository promotions, PromotionLimitStatements statements) {
        this.promotions = promotions;
        this.statements = statements;
    }

    /**
     * A batch of codes.
     *
     * @param status {@code done}: the codes are usable
     */
    @Schema(name = "PromotionCodeBatch")
    record CodeBatch(
            PromotionId promotionId,
            @Schema(examples = "done") String status,
            int count) {}

    /**
     * A code.
     *
     * @param orderId of the order that used it or is about to
     */
    @Schema(name = "PromotionCode")
    record GeneratedCode(
            @Schema(examples = "SPRING-7KQ2MXVB4N9T") String code,
            boolean used,
            @Nullable String orderId,
            Instant createdAt,
            @Nullable Instant redeemedAt) {
        private static GeneratedCode of(CodeRow row) {
            return new GeneratedCode(
                    row.code(),
                    row.orderId() != null,
                    row.orderId() == null ? null : TypeId.format(ORDER_PREFIX, row.orderId()),
                    row.createdAt(),
                    row.redeemedAt());
        }
    }

    /**
     * Generates codes that are unique in the shop, by one statement.
     *
     * @param count at most {@link #MAX_BATCH}
     * @param prefix as a customer may enter it; null for none
     * @throws ApiException 404 if there is no such promotion; 409 {@code automatic_promotion}; 422
     *     {@code too_many_codes}
     */
    @Transactional
    CodeBatch generate(PromotionId id, int count, @Nullable String prefix) {
        PromotionRow promotion = find(id);
        if (promotion.triggerType().equals(Promotion.Trigger.AUTOMATIC.column())) {
            throw ApiException.conflict("automatic_promotion", "An automatic promotion has no codes.");
        }
        if (statements.countCodes(id) + count > MAX_PER_PROMOTION) {
            throw ApiException.invalid(
                    "/count", "too_many_codes", "A promotion has at most %d codes.".formatted(MAX_PER_PROMOTION));
        }
        String beginning = Promotions.normalizeCode(Objects.requireNonNullElse(prefix, ""));
        int missing = count;
        for (int round = 0; round < MAX_ROUNDS && missing > 0; round++) {
            missing -= statements.insertCodes(id, randomCodes(beginning, missing));
        }
        if (missing > 0) {
            throw new IllegalStateException("%d generated codes exist already".formatted(missing));
        }
        return new CodeBatch(id, "done", count);
    }

    private Set<String> randomCodes(String prefix, int count) {
        Set<String> codes = new LinkedHashSet<>();
        while (codes.size() < count) {
            StringBuilder code = new StringBuilder(prefix);
            random.ints(RANDOM_CHARACTERS, 0, ALPHABET.length()).forEach(index -> code.append(ALPHABET.charAt(index)));
            codes.add(code.toString());
        }
        return codes;
    }

    /**
     * The next page of codes in alphabetical order.
     *
     * @param after the last code of the page before; empty for the first page
     * @param used whether an order has used them; null for all
     * @throws ApiException 404 if there is no such promotion
     */
    List<GeneratedCode> listPage(PromotionId id, String after, @Nullable Boolean used, int limit) {
        find(id);
        return statements.listCodes(id, after, used, limit).stream()
                .map(GeneratedCode::of)
                .toList();
    }

    /** @throws ApiException 404 if there is no such promotion */
    void requireExisting(PromotionId id) {
        find(id);
    }

    /** Writes all codes as CSV, page by page at constant memory. */
    void export(PromotionId id, OutputStream output) throws IOException {
        try (CsvRowWriter file = CsvRowWriter.to(output, FormulaEscaping.PLAIN)) {
            file.writeRow(List.of("code", "used", "order_id", "created_at", "redeemed_at"));
            List<CodeRow> page = statements.listCodes(id, "", null, PAGE_ROWS);
            while (!page.isEmpty()) {
                page.stream().map(GeneratedCode::of).map(PromotionCodes::cells).forEach(file::writeRow);
                file.flush();
                page = page.size() < PAGE_ROWS
                        ? List.of()
                        : statements.listCodes(id, page.getLast().code(), null, PAGE_ROWS);
            }
        }
    }

    private static List<String> cells(GeneratedCode code) {
        return List.of(
                code.code(),
                Boolean.toString(code.used()),
                Objects.requireNonNullElse(code.orderId(), ""),
                code.createdAt().toString(),
                Objects.toString(code.redeemedAt(), ""));
    }

    /**
     * Deletes the codes that no order has used, and returns their number.
     *
     * @throws ApiException 404 if there is no such promotion
     */
    @Transactional
    int deleteUnused(PromotionId id) {
        find(id);
        return statements.deleteUnusedCodes(id);
    }

    private PromotionRow find(PromotionId id) {
        return promotions.find(id).orElseThrow(() -> PromotionService.notFound(id));
    }
}
