/**
 * Stock levels per SKU and location, reservations and backorders. No more units are promised than are in stock or than
 * the backorder limit of the SKU allows; the database enforces this. Every change is recorded in an append-only ledger,
 * and a reconciliation job compares the levels with it.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog"})
package io.fondaco.inventory;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
