package io.fondaco.shipping;

import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.postal.CountryCode;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.postal.PostalCodePatterns;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.Violation;
import io.fondaco.shipping.ShippingEvent.ZoneCreated;
import io.fondaco.shipping.ShippingEvent.ZoneDeleted;
import io.fondaco.shipping.ShippingEvent.ZoneUpdated;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The staff's actions on shipping zones. Each change is one transaction that locks the zone first. */
@ApplicationScoped
class ZoneService {
    static final int MAX_ZONES = 500;
    static final int MAX_COUNTRIES = 250;
    static final int MAX_REGIONS = 500;
    static final int MAX_POSTAL_CODES = 500;
    static final int MAX_NAME = 100;

    private final ZoneRepository zones;
    private final Outbox outbox;

    ZoneService(ZoneRepository zones, Outbox outbox) {
        this.zones = zones;
        this.outbox = outbox;
    }

    /** The request to create a zone. Absent lists do not restrict it. */
    @Schema(name = "NewShippingZone")
    record NewZone(
            @NotBlank @Size(max = MAX_NAME) @Pattern(regexp = PostalAddress.PRINTABLE) @Schema(examples = "Germany")
            String name,

            @Size(max = MAX_COUNTRIES) @Schema(description = "ISO 3166-1 alpha-2; empty: everywhere.") @Nullable
            List<@NotNull @CountryCode String> countries,

            @Size(max = MAX_REGIONS)
            @Schema(description = "Regions as addresses have them, or ISO 3166-2 codes (`US-CA`).")
            @Nullable
            List<@NotNull @Size(min = 1, max = 100) @Pattern(regexp = PostalAddress.PRINTABLE) String> regions,

            @Size(max = MAX_POSTAL_CODES)
            @Schema(description = "Codes (`35037`), prefixes (`35*`) and ranges of digits (`51000-51999`).")
            @Nullable
            List<
                            @NotNull @Size(min = 1, max = PostalCodePatterns.MAX_PATTERN_LENGTH)
                            @Pattern(regexp = PostalAddress.PRINTABLE) String>
                    postalCodes) {

        private ZoneContent toContent() {
            return new ZoneContent(name, distinct(countries), distinct(regions), distinct(postalCodes));
        }
    }

    /** The request to change a zone. Absent fields keep their values; an empty list removes a restriction. */
    @Schema(name = "ShippingZoneChange")
    record ZoneChange(
            @Size(min = 1, max = MAX_NAME) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String name,

            @Size(max = MAX_COUNTRIES) @Nullable List<@NotNull @CountryCode String> countries,

            @Size(max = MAX_REGIONS) @Nullable
            List<@NotNull @Size(min = 1, max = 100) @Pattern(regexp = PostalAddress.PRINTABLE) String> regions,

            @Size(max = MAX_POSTAL_CODES) @Nullable
            List<
                            @NotNull @Size(min = 1, max = PostalCodePatterns.MAX_PATTERN_LENGTH)
                            @Pattern(regexp = PostalAddress.PRINTABLE) String>
                    postalCodes) {

        private ZoneContent applyTo(ShippingZone zone) {
            return new ZoneContent(
                    Objects.requireNonNullElse(name, zone.name()),
                    countries == null ? zone.countries() : distinct(countries),
                    regions == null ? zone.regions() : distinct(regions),
                    postalCodes == null ? zone.postalCodes() : distinct(postalCodes));
        }
    }

    /** What a client can change in a zone. */
    record ZoneContent(String name, List<String> countries, List<String> regions, List<String> postalCodes) {
        /** @throws ApiException 422 with all violations */
        private void validate() {
            List<Violation> violations = new ArrayList<>();
            if (name.isBlank()) {
                violations.add(new Violation("/name", "required", "A zone needs a name."));
            }
            if (countries.isEmpty() && !(regions.isEmpty() && postalCodes.isEmpty())) {
                violations.add(new Violation(
                        "/countries", "required", "Name the countries that the regions and postal codes are in."));
            }
            for (int index = 0; index < postalCodes.size(); index++) {
                try {
                    PostalCodePatterns.parse(postalCodes.get(index));
                } catch (IllegalArgumentException e) {
                    violations.add(new Violation(
                            "/postal_codes/" + index, "invalid_postal_code_pattern", String.valueOf(e.getMessage())));
                }
            }
            for (int index = 0; index < regions.size(); index++) {
                if (regions.get(index).isBlank()) {
                    violations.add(new Violation("/regions/" + index, "required", "A region must not be blank."));
                }
            }
            if (!violations.isEmpty()) {
                throw ApiException.invalid(violations);
            }
        }
    }

    static List<String> distinct(@Nullable List<String> list) {
        return list == null ? List.of() : list.stream().distinct().toList();
    }

    /** The next zones, oldest first. */
    List<ShippingZone> listAfter(UUID id, int limit) {
        return zones.listAfter(id, limit);
    }

    /** @throws ApiException 404 if there is none */
    ShippingZone get(ShippingZoneId id) {
        return zones.find(id).orElseThrow(() -> notFound(id));
    }

    /** @throws ApiException 422 with all violations; 409 {@code too_many_zones} */
    @Transactional
    ShippingZone create(NewZone request) {
        ZoneContent content = request.toContent();
        content.validate();
        if (zones.countZones() >= MAX_ZONES) {
            throw ApiException.conflict("too_many_zones", "A shop has at most %d zones.".formatted(MAX_ZONES));
        }
        ShippingZoneId id = ShippingZoneId.random();
        zones.insert(id, content);
        ShippingZone created = get(id);
        publish(id, created.version(), new ZoneCreated(id, created.name()));
        return created;
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 422 with all violations
     */
    @Transactional
    ShippingZone change(ShippingZoneId id, @Nullable String ifMatch, ZoneChange change) {
        ZoneContent content = change.applyTo(lock(id, ifMatch));
        content.validate();
        zones.update(id, content);
        ShippingZone changed = get(id);
        publish(id, changed.version(), new ZoneUpdated(id, changed.name()));
        return changed;
    }

    /**
     * Deletes a zone with its methods.
     *
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}
     */
    @Transactional
    void delete(ShippingZoneId id, @Nullable String ifMatch) {
        ShippingZone deleted = lock(id, ifMatch);
        zones.delete(id);
        publish(id, deleted.version() + 1, new ZoneDeleted(id, deleted.name()));
    }

    private void publish(ShippingZoneId id, long version, ShippingEvent event) {
        outbox.publish(List.of(new NewEvent(id.toString(), version, event)));
    }

    /** @param ifMatch as sent; {@code *} for any version */
    ShippingZone lock(ShippingZoneId id, @Nullable String ifMatch) {
        ShippingZone zone = zones.lock(id).orElseThrow(() -> notFound(id));
        IfMatch.require(ifMatch, zone.version());
        return zone;
    }

    private static ApiException notFound(ShippingZoneId id) {
        return ApiException.notFound("shipping zone", id.toString());
    }
}
