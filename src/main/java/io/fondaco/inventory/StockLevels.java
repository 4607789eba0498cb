package io.fondaco.inventory;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.Session;

/** Stock as it stands: reads only, on the caller's route. One statement each. */
@ApplicationScoped
class StockLevels {
    private final EntityManager entities;

    StockLevels(EntityManager entities) {
        this.entities = entities;
    }

    Map<String, Long> available(Collection<String> skus) {
        return session().doReturningWork(connection -> {
            Map<String, Long> available = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT sku, sum(available) FROM inventory.stock_level WHERE sku = ANY (?) GROUP BY sku")) {
                select.setArray(1, connection.createArrayOf("text", skus.toArray()));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        available.put(rows.getString(1), rows.getLong(2));
                    }
                }
            }
            return available;
        });
    }

    List<StockLevel> of(Collection<String> skus) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT sku, location, on_hand, reserved, available FROM inventory.stock_level
                     WHERE sku = ANY (?) ORDER BY sku, location
                    """)) {
                select.setArray(1, connection.createArrayOf("text", skus.toArray()));
                return levels(select);
            }
        });
    }

    List<StockLevel> after(StockKey after, int limit) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT sku, location, on_hand, reserved, available FROM inventory.stock_level
                     WHERE (sku, location) > (?, ?) ORDER BY sku, location LIMIT ?
                    """)) {
                select.setString(1, after.sku());
                select.setString(2, after.location());
                select.setInt(3, limit);
                return levels(select);
            }
        });
    }

    private static List<StockLevel> levels(PreparedStatement select) throws SQLException {
        List<StockLevel> levels = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                levels.add(level(rows));
            }
        }
        return levels;
    }

    static StockLevel level(ResultSet row) throws SQLException {
        return new StockLevel(
                row.getString("sku"),
                row.getString("location"),
                row.getLong("on_hand"),
                row.getLong("reserved"),
                row.getLong("available"));
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
