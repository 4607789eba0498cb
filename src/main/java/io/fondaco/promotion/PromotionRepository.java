package io.fondaco.promotion;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/** Promotions in Postgres, for the admin API. Each call is one statement. */
@ApplicationScoped
class PromotionRepository {
    /** The columns that {@link #mapRow} reads, except {@code used}, which each statement adds. */
    static final String COLUMNS = """
             p.id, p.code, p.title, p.kind, p.basis_points, p.amounts, p.minimum_subtotals, p.maximum_discounts, p.starts_at,
             p.ends_at, p.usage_limit, p.usage_limit_per_customer, p.combinable, p.active, p.skus, p.version, p.created_at,
             p.updated_at,
            """;

    private static final String USED_COLUMN = """
             CASE WHEN p.usage_limit IS NULL
                  THEN (SELECT count(*) FROM promotion.redemption r WHERE r.promotion_id = p.id)
                  ELSE p.used END AS used
            """;
    private static final String SELECT_ACTIVE_ROWS =
            "SELECT" + COLUMNS + USED_COLUMN + " FROM promotion.promotion p WHERE p.deleted_at IS NULL AND ";

    private final EntityManager entities;
    private final ObjectMapper json;

    PromotionRepository(EntityManager entities, ObjectMapper json) {
        this.entities = entities;
        this.json = json;
    }

    Optional<Promotion> find(PromotionId id) {
        return select(SELECT_ACTIVE_ROWS + "p.id = ?", select -> select.setObject(1, id.value())).stream()
                .findFirst();
    }

    /**
     * @throws ApiException 404 if there is none
     */
    Promotion findForUpdate(PromotionId id) {
        return select(SELECT_ACTIVE_ROWS + "p.id = ? FOR UPDATE OF p", select -> select.setObject(1, id.value()))
                .stream()
                .findFirst()
                .orElseThrow(() -> ApiException.notFound("promotion", id.toString()));
    }

    /** The next page of all promotions, or of those with the given code; oldest first. */
    List<Promotion> listPage(UUID after, @Nullable String code, int limit) {
        return select(
                SELECT_ACTIVE_ROWS + "p.id > ? AND p.code = coalesce(?, p.code) ORDER BY p.id LIMIT ?", select -> {
                    select.setObject(1, after);
                    select.setString(2, code);
                    select.setInt(3, limit);
                });
    }

    /**
     * @throws ApiException 409 {@code code_taken}
     */
    Promotion insert(Promotion promotion) {
        return executeReturning("""
                        INSERT INTO promotion.promotion AS p
                               (title, basis_points, amounts, minimum_subtotals, maximum_discounts, starts_at, ends_at,
                                usage_limit, usage_limit_per_customer, combinable, active, skus, id, code, kind)
                        VALUES (?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        RETURNING""" + COLUMNS + " p.used", promotion, insert -> {
            insert.setObject(13, promotion.id().value());
            insert.setString(14, promotion.code());
            insert.setString(15, promotion.kind().column());
        });
    }

    /**
     * @throws ApiException 409 {@code code_taken}
     */
    Promotion update(Promotion promotion) {
        return executeReturning(
                """
                        UPDATE promotion.promotion p
                           SET title = ?, basis_points = ?, amounts = ?::jsonb, minimum_subtotals = ?::jsonb,
                               maximum_discounts = ?::jsonb, starts_at = ?, ends_at = ?, usage_limit = ?,
                               usage_limit_per_customer = ?, combinable = ?, active = ?, skus = ?,
                               version = version + 1, updated_at = now()
                         WHERE id = ?
                        RETURNING""" + COLUMNS + USED_COLUMN,
                promotion,
                update -> update.setObject(13, promotion.id().value()));
    }

    /** Marks the promotion as deleted. The row stays for the orders that used it. */
    void delete(PromotionId id) {
        session().doWork(connection -> {
            try (PreparedStatement delete = connection.prepareStatement(
                    "UPDATE promotion.promotion SET deleted_at = now(), version = version + 1 WHERE id = ?")) {
                delete.setObject(1, id.value());
                delete.executeUpdate();
            }
        });
    }

    /** Binds the parameters of a statement. */
    interface PromotionParameterBinder {
        void bind(PreparedStatement statement) throws SQLException;
    }

    private Promotion executeReturning(String sql, Promotion promotion, PromotionParameterBinder moreParameters) {
        try {
            return select(sql, statement -> {
                        bind(statement, promotion);
                        moreParameters.bind(statement);
                    })
                    .getFirst();
        } catch (ConstraintViolationException e) {
            if ("promotion_code".equals(e.getConstraintName())) {
                throw ApiException.conflict("code_taken", "Another active promotion has this code.");
            }
            throw e;
        }
    }

    private void bind(PreparedStatement statement, Promotion promotion) throws SQLException {
        Connection connection = statement.getConnection();
        statement.setString(1, promotion.title());
        statement.setObject(2, promotion.basisPoints(), Types.INTEGER);
        statement.setString(3, Json.write(json, promotion.amounts()));
        statement.setString(4, Json.write(json, promotion.minimumSubtotals()));
        statement.setString(5, Json.write(json, promotion.maximumDiscounts()));
        statement.setObject(6, toOffsetDateTime(promotion.startsAt()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setObject(7, toOffsetDateTime(promotion.endsAt()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setObject(8, promotion.usageLimit(), Types.BIGINT);
        statement.setObject(9, promotion.usageLimitPerCustomer(), Types.INTEGER);
        statement.setBoolean(10, promotion.combinable());
        statement.setBoolean(11, promotion.active());
        statement.setArray(12, connection.createArrayOf("text", promotion.skus().toArray()));
    }

    private List<Promotion> select(String sql, PromotionParameterBinder parameters) {
        return session().doReturningWork(connection -> {
            List<Promotion> promotions = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                parameters.bind(statement);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        promotions.add(mapRow(rows));
                    }
                }
            }
            return promotions;
        });
    }

    Promotion mapRow(ResultSet row) throws SQLException {
        return new Promotion(
                new PromotionId(row.getObject("id", UUID.class)),
                row.getString("code"),
                row.getString("title"),
                PromotionKind.ofColumn(row.getString("kind")),
                row.getObject("basis_points", Integer.class),
                parseAmounts(row.getString("amounts")),
                parseAmounts(row.getString("minimum_subtotals")),
                parseAmounts(row.getString("maximum_discounts")),
                toInstant(row.getObject("starts_at", OffsetDateTime.class)),
                toInstant(row.getObject("ends_at", OffsetDateTime.class)),
                row.getObject("usage_limit", Long.class),
                row.getObject("usage_limit_per_customer", Integer.class),
                row.getBoolean("combinable"),
                row.getBoolean("active"),
                List.of((String[]) row.getArray("skus").getArray()),
                row.getLong("used"),
                row.getLong("version"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }

    private List<Money> parseAmounts(String text) {
        try {
            return json.readValue(text, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot parse the amounts of a stored promotion", e);
        }
    }

    private static @Nullable OffsetDateTime toOffsetDateTime(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    private static @Nullable Instant toInstant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    Session session() {
        return entities.unwrap(Session.class);
    }
}
