package io.fondaco.invoice;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one row of {@link SellerSettings}. {@link SellerSettingsService} changes it by statements. */
@Entity
@Table(schema = "invoice", name = "seller")
class SellerSettingsEntity {
    @Id
    short id;

    @Nullable
    String name;

    @Column(name = "address_lines")
    List<String> addressLines;

    @Column(name = "postal_code")
    @Nullable
    String postalCode;

    @Nullable
    String city;

    @Nullable
    String region;

    @Nullable
    String country;

    @Column(name = "tax_id")
    @Nullable
    String taxId;

    @Nullable
    String registration;

    @Version
    long version;

    @Column(name = "updated_at")
    Instant updatedAt;
}
