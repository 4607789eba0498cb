package io.fondaco.invoice;

import io.fondaco.invoice.InvoiceData.InvoiceSeller;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.FieldChanges;
import io.fondaco.platform.web.IfMatch;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/** Who issues the invoices: one row. Each read is one statement. */
@ApplicationScoped
class SellerSettingsService implements Seller {
    private static final String SELECT = """
            select s.name, s.addressLines, s.postalCode, s.city, s.region, s.country, s.taxId, s.registration,
                   s.version, s.updatedAt
              from SellerSettingsEntity s""";

    private static final String UPDATE = """
            update versioned SellerSettingsEntity
               set name = :name, addressLines = :addressLines, postalCode = :postalCode, city = :city,
                   region = :region, country = :country, taxId = :taxId, registration = :registration,
                   updatedAt = instant""";

    private final Session session;

    SellerSettingsService(Session session) {
        this.session = session;
    }

    SellerSettings get() {
        return session.createSelectionQuery(SELECT, SellerSettings.class).getSingleResult();
    }

    /**
     * The seller for an invoice.
     *
     * @throws ApiException 409 {@code seller_incomplete} without a name, an address, a city or a country
     */
    InvoiceSeller requireSeller() {
        SellerSettings settings = get();
        String name = settings.name();
        String city = settings.city();
        String country = settings.country();
        if (name == null
                || name.isBlank()
                || city == null
                || city.isBlank()
                || country == null
                || settings.addressLines().stream().allMatch(String::isBlank)) {
            throw ApiException.conflict(
                    "seller_incomplete",
                    "The name and the address of the seller are needed. Enter them in the settings of the"
                            + " seller: name, address_lines, city, country.");
        }
        return new InvoiceSeller(
                name,
                settings.addressLines(),
                settings.postalCode(),
                city,
                settings.region(),
                country,
                settings.taxId(),
                settings.registration());
    }

    @Override
    public PostalAddress requireAddress() {
        InvoiceSeller seller = requireSeller();
        List<String> lines =
                seller.addressLines().stream().filter(line -> !line.isBlank()).toList();
        return new PostalAddress(
                seller.name(),
                lines.getFirst(),
                lines.size() == 1 ? null : String.join(", ", lines.subList(1, lines.size())),
                seller.city(),
                seller.region(),
                Objects.requireNonNullElse(seller.postalCode(), ""),
                seller.country(),
                null);
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 412, 428 as {@link IfMatch#require}
     */
    @Transactional
    SellerSettings change(@Nullable String ifMatch, SellerSettings.Change change) {
        SellerSettings before = session.createSelectionQuery(SELECT, SellerSettings.class)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getSingleResult();
        IfMatch.require(ifMatch, before.version());
        FieldChanges fields = new FieldChanges(change.clear());
        List<String> lines = fields.clears("address_lines")
                ? List.of()
                : Optional.ofNullable(change.addressLines()).orElse(before.addressLines());
        session.createMutationQuery(UPDATE)
                .setParameter("name", fields.apply("name", change.name(), before.name()), String.class)
                .setParameter("addressLines", lines)
                .setParameter(
                        "postalCode",
                        fields.apply("postal_code", change.postalCode(), before.postalCode()),
                        String.class)
                .setParameter("city", fields.apply("city", change.city(), before.city()), String.class)
                .setParameter("region", fields.apply("region", change.region(), before.region()), String.class)
                .setParameter("country", fields.apply("country", change.country(), before.country()), String.class)
                .setParameter("taxId", fields.apply("tax_id", change.taxId(), before.taxId()), String.class)
                .setParameter(
                        "registration",
                        fields.apply("registration", change.registration(), before.registration()),
                        String.class)
                .executeUpdate();
        return get();
    }
}
