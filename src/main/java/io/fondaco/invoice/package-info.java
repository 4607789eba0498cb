/**
 * Invoices of orders and credit notes of refunds. The numbers of a series have no gaps: a number is taken in the
 * transaction that writes the document. What is written never changes.
 *
 * <p>Locks are taken in one order: order, series. The series is locked last, after everything else is known.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"order", "payment", "tax"})
package io.fondaco.invoice;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
