package io.fondaco.invoice;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;

/**
 * The stored {@link InvoiceSeries}. {@link InvoiceStatements} takes the numbers, {@link InvoiceSeriesRepository}
 * changes the rest by statements.
 */
@Entity
@Table(schema = "invoice", name = "series")
class InvoiceSeriesEntity {
    @Id
    String code;

    String prefix;

    int digits;

    @Column(name = "next_number")
    long nextNumber;

    @Version
    long version;

    @Column(name = "updated_at")
    Instant updatedAt;
}
