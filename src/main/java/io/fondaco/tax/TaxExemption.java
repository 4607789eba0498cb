package io.fondaco.tax;

/** Why a customer owes no tax to the seller. */
public enum TaxExemption {
    /** The business customer in another member state of the European Union owes the tax, not the seller. */
    REVERSE_CHARGE
}
