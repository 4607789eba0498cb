package io.fondaco.shipping;

import io.fondaco.platform.postal.CountryCode;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The staff's actions on shipping profiles. Each change is one transaction that locks the profile first. Products name
 * a profile by its code; if it does not exist, they have the default profile.
 */
@ApplicationScoped
class ProfileService {
    static final int MAX_PROFILES = 100;
    static final int MAX_COUNTRIES = 250;
    static final int MAX_METHODS = 100;
    static final int MAX_NAME = 100;

    private final ProfileRepository profiles;

    ProfileService(ProfileRepository profiles) {
        this.profiles = profiles;
    }

    /** The request to create a profile. */
    @Schema(name = "NewShippingProfile")
    record NewProfile(
            @Schema(description = "Identifies the profile and never changes.", examples = "bulky")
            @NotNull
            @Pattern(regexp = ShippingMethod.CODE)
            String code,

            @NotBlank @Size(max = MAX_NAME) @Pattern(regexp = PostalAddress.PRINTABLE) @Schema(examples = "Bulky goods")
            String name,

            @Size(max = MAX_COUNTRIES)
            @Schema(description = "Countries that its products are not sent to, ISO 3166-1 alpha-2.")
            @Nullable
            List<@NotNull @CountryCode String> excludedCountries,

            @Size(max = MAX_METHODS)
            @Schema(description = "Codes of shipping methods by which its products are not sent.")
            @Nullable
            List<@NotNull @Pattern(regexp = ShippingMethod.CODE) String> excludedMethods) {

        private ProfileContent toContent() {
            return new ProfileContent(
                    name, ZoneService.distinct(excludedCountries), ZoneService.distinct(excludedMethods));
        }
    }

    /** The request to change a profile. Absent fields keep their values; an empty list removes the restriction. */
    @Schema(name = "ShippingProfileChange")
    record ProfileChange(
            @Size(min = 1, max = MAX_NAME) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String name,

            @Size(max = MAX_COUNTRIES) @Nullable List<@NotNull @CountryCode String> excludedCountries,

            @Size(max = MAX_METHODS) @Nullable
            List<@NotNull @Pattern(regexp = ShippingMethod.CODE) String> excludedMethods) {

        private ProfileContent applyTo(ShippingProfile profile) {
            if (name != null && name.isBlank()) {
                throw ApiException.invalid("/name", "required", "A profile needs a name.");
            }
            return new ProfileContent(
                    Objects.requireNonNullElse(name, profile.name()),
                    excludedCountries == null ? profile.excludedCountries() : ZoneService.distinct(excludedCountries),
                    excludedMethods == null ? profile.excludedMethods() : ZoneService.distinct(excludedMethods));
        }
    }

    /** What a client can change in a profile. */
    record ProfileContent(String name, List<String> excludedCountries, List<String> excludedMethods) {}

    /** The next profiles, in the order of their codes. */
    List<ShippingProfile> listAfter(String code, int limit) {
        return profiles.listAfter(code, limit);
    }

    /** @throws ApiException 404 if there is none */
    ShippingProfile get(String code) {
        return profiles.findByCode(code).orElseThrow(() -> notFound(code));
    }

    /** @throws ApiException 409 {@code profile_exists}, {@code too_many_profiles} */
    @Transactional
    ShippingProfile create(NewProfile request) {
        if (profiles.countProfiles() >= MAX_PROFILES) {
            throw ApiException.conflict("too_many_profiles", "A shop has at most %d profiles.".formatted(MAX_PROFILES));
        }
        if (!profiles.insert(request.code(), request.toContent())) {
            throw ApiException.conflict(
                    "profile_exists", "The shipping profile '%s' already exists.".formatted(request.code()));
        }
        return get(request.code());
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 422
     */
    @Transactional
    ShippingProfile change(String code, @Nullable String ifMatch, ProfileChange change) {
        profiles.update(code, change.applyTo(lock(code, ifMatch)));
        return get(code);
    }

    /**
     * Deletes a profile. Its products then have the default profile.
     *
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 409 {@code default_profile},
     *     {@code profile_in_use} if a method names it
     */
    @Transactional
    void delete(String code, @Nullable String ifMatch) {
        lock(code, ifMatch);
        if (code.equals(Shipping.DEFAULT_PROFILE)) {
            throw ApiException.conflict("default_profile", "The default profile cannot be deleted.");
        }
        if (!profiles.remove(code)) {
            throw ApiException.conflict(
                    "profile_in_use", "Shipping methods name this profile. Delete these methods first.");
        }
    }

    private ShippingProfile lock(String code, @Nullable String ifMatch) {
        ShippingProfile profile = profiles.lock(code).orElseThrow(() -> notFound(code));
        IfMatch.require(ifMatch, profile.version());
        return profile;
    }

    private static ApiException notFound(String code) {
        return ApiException.notFound("shipping profile", code);
    }
}
