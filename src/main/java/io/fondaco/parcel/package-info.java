/**
 * Labels of carriers for the parcels of an order. A label is recorded before its provider is asked, and asked for again
 * under the same id until the outcome is known, so that none is paid twice. No transaction is open during a call to a
 * provider.
 *
 * <p>Locks are taken in one order: order, label.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog", "invoice", "order"})
package io.fondaco.parcel;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
