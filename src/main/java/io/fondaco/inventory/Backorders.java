package io.fondaco.inventory;

import io.fondaco.inventory.Inventory.Backorder;
import io.fondaco.inventory.ReservationStatements.BackorderFill;
import io.fondaco.inventory.ReservationStatements.FreeStock;
import io.fondaco.inventory.ReservationStatements.PendingBackorder;
import io.fondaco.platform.jobs.Fence;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Units that were sold but have not arrived. Units that become free at a location that ships fill the oldest backorders
 * first. No other order can take these units in the meantime, because {@link Sourcing} subtracts backordered units from
 * the stock.
 */
@ApplicationScoped
class Backorders {
    private static final int MAX_FILLED_PER_TRANSACTION = 500;

    private final ReservationStatements statements;
    private final Fence fence;

    Backorders(ReservationStatements statements, Fence fence) {
        this.statements = statements;
        this.fence = fence;
    }

    /**
     * Fills waiting backorders of these SKUs from free units, in the caller's transaction. It never waits for a lock,
     * so it is safe after other rows were locked; rows that others have locked are left to {@link #fillPending}. Three
     * statements, none without SKUs.
     *
     * @return whether any backorder was filled
     */
    boolean fill(Collection<String> skus) {
        if (skus.isEmpty()) {
            return false;
        }
        List<FreeStock> shelves = statements.lockFreeStock(skus);
        List<PendingBackorder> queue =
                shelves.isEmpty() ? List.of() : statements.lockPendingBackorders(skus, MAX_FILLED_PER_TRANSACTION);
        List<BackorderFill> fills = match(shelves, queue);
        if (!fills.isEmpty()) {
            statements.fillBackorders(fills);
        }
        return !fills.isEmpty();
    }

    /**
     * Fills backorders that wait although units are free: units that arrived while the level was locked, or that are at
     * a location that ships again.
     *
     * @return the number of SKUs that it tried, at most {@link #MAX_FILLED_PER_TRANSACTION}
     */
    @Transactional
    int fillPending() {
        fence.requireLease();
        List<String> skus = statements.listFillableSkus(MAX_FILLED_PER_TRANSACTION);
        fill(skus);
        return skus.size();
    }

    private static List<BackorderFill> match(List<FreeStock> shelves, List<PendingBackorder> queue) {
        Map<StockKey, Long> free = new LinkedHashMap<>();
        shelves.forEach(freeStock -> free.put(new StockKey(freeStock.sku(), freeStock.location()), freeStock.units()));
        List<BackorderFill> fills = new ArrayList<>();
        for (PendingBackorder pendingBackorder : queue) {
            long left = pendingBackorder.units();
            for (Map.Entry<StockKey, Long> shelf : free.entrySet()) {
                long units = shelf.getKey().sku().equals(pendingBackorder.sku()) ? Math.min(left, shelf.getValue()) : 0;
                if (units > 0) {
                    fills.add(new BackorderFill(
                            pendingBackorder.id(), shelf.getKey().location(), units));
                    shelf.setValue(shelf.getValue() - units);
                    left -= units;
                }
            }
        }
        return fills;
    }

    List<Backorder> findByReference(String reference) {
        return statements.listBackorders(reference);
    }
}
