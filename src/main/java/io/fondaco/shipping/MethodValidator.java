package io.fondaco.shipping;

import io.fondaco.inventory.Inventory;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.fondaco.shipping.ShippingMethod.Rate;
import io.fondaco.shipping.ShippingMethod.Surcharge;
import io.fondaco.shipping.ShippingMethod.Surcharge.Unit;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Validates shipping methods. Rates may leave a gap below their lowest minimums: the method is not offered there, as
 * for express deliveries from a minimum order on.
 */
@ApplicationScoped
class MethodValidator {
    private final ProfileRepository profiles;
    private final Inventory inventory;
    private final LiveRates liveRates;

    private record Minimums(long weight, long subtotal, long items) {}

    MethodValidator(ProfileRepository profiles, Inventory inventory, LiveRates liveRates) {
        this.profiles = profiles;
        this.inventory = inventory;
        this.liveRates = liveRates;
    }

    /**
     * At most one statement for the profiles that the method names, and one for its pickup location.
     *
     * @throws ApiException 422 with all violations
     */
    void validate(ShippingMethod method) {
        List<Violation> violations = new ArrayList<>();
        if (method.name().isBlank()) {
            violations.add(new Violation("/name", "required", "A shipping method needs a name."));
        }
        if (method.currency() == null) {
            validateFree(method, violations);
        } else if (!Money.isCurrency(method.currency())) {
            violations.add(new Violation(
                    "/currency",
                    "unknown_currency",
                    "'%s' is not an ISO 4217 currency.".formatted(Violation.abbreviate(method.currency()))));
        } else {
            validatePrices(method, method.currency(), violations);
        }
        validateEstimate(method, violations);
        validateReferences(method, violations);
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
    }

    private static void validateFree(ShippingMethod method, List<Violation> violations) {
        boolean priced = !method.rates().isEmpty()
                || !method.surcharges().isEmpty()
                || method.freeFrom() != null
                || method.provider() != null;
        if (priced) {
            violations.add(new Violation(
                    "/currency",
                    "required",
                    "A method with rates, surcharges, free_from or a provider needs a currency."));
        }
    }

    private static void validatePrices(ShippingMethod method, String currency, List<Violation> violations) {
        if (method.rates().isEmpty() && method.provider() == null) {
            violations.add(new Violation("/rates", "required", "A method without a provider needs a rate."));
        }
        Set<Minimums> known = new HashSet<>();
        for (int index = 0; index < method.rates().size(); index++) {
            String pointer = "/rates/" + index;
            Rate rate = method.rates().get(index);
            validateMoney(pointer + "/price", rate.price(), currency, violations);
            validateMoney(pointer + "/min_subtotal", rate.minSubtotal(), currency, violations);
            if (!known.add(new Minimums(rate.minimumWeight(), rate.minimumSubtotal(), rate.minimumItems()))) {
                violations.add(new Violation(pointer, "duplicate_minimums", "An earlier rate has the same minimums."));
            }
        }
        validateMoney("/free_from", method.freeFrom(), currency, violations);
        for (int index = 0; index < method.surcharges().size(); index++) {
            String pointer = "/surcharges/" + index;
            Surcharge surcharge = method.surcharges().get(index);
            validateMoney(pointer + "/price", surcharge.price(), currency, violations);
            if (surcharge.beyondItems() != null && surcharge.per() != Unit.ITEM) {
                violations.add(new Violation(
                        pointer + "/beyond_items", "not_of_this_unit", "Only a surcharge per item has beyond_items."));
            }
            if (surcharge.beyondWeightGrams() != null && surcharge.per() != Unit.KILOGRAM) {
                violations.add(new Violation(
                        pointer + "/beyond_weight_grams",
                        "not_of_this_unit",
                        "Only a surcharge per kilogram has beyond_weight_grams."));
            }
        }
    }

    private static void validateMoney(
            String pointer, @Nullable Money money, String currency, List<Violation> violations) {
        if (money == null) {
            return;
        }
        if (!money.currency().equals(currency)) {
            violations.add(new Violation(
                    pointer + "/currency", "wrong_currency", "The currency of the method is %s.".formatted(currency)));
        }
        if (money.amount() < 0 || money.amount() > Money.MAX_AMOUNT) {
            violations.add(new Violation(
                    pointer + "/amount", "out_of_range", "The amount must be 0 to %d.".formatted(Money.MAX_AMOUNT)));
        }
    }

    private static void validateEstimate(ShippingMethod method, List<Violation> violations) {
        Integer min = method.estimateMinDays();
        Integer max = method.estimateMaxDays();
        if ((min == null) != (max == null)) {
            violations.add(new Violation(
                    min == null ? "/estimate_min_days" : "/estimate_max_days",
                    "required",
                    "An estimate has a minimum and a maximum."));
        } else if (min != null && max != null && min > max) {
            violations.add(new Violation(
                    "/estimate_max_days",
                    "below_minimum",
                    "The maximum is below the minimum of %d days.".formatted(min)));
        }
        if (method.cutoff() == null) {
            return;
        }
        if (min == null && max == null && method.provider() == null) {
            violations.add(new Violation("/cutoff", "needs_estimate", "A cut-off time needs an estimate."));
        }
        if (!isTimeZone(method.cutoff().timeZone())) {
            violations.add(
                    new Violation("/cutoff/time_zone", "unknown_time_zone", "Not a time zone, such as Europe/Berlin."));
        }
    }

    private static boolean isTimeZone(String name) {
        try {
            return !ZoneId.of(name).getId().isEmpty();
        } catch (DateTimeException _) {
            return false;
        }
    }

    private void validateReferences(ShippingMethod method, List<Violation> violations) {
        Set<String> unknown = findUnknownProfiles(method);
        if (method.profile() != null && unknown.contains(method.profile())) {
            violations.add(unknownProfile("/profile"));
        }
        for (int index = 0; index < method.surcharges().size(); index++) {
            String profile = method.surcharges().get(index).profile();
            if (profile != null && unknown.contains(profile)) {
                violations.add(unknownProfile("/surcharges/" + index + "/profile"));
            }
        }
        if (method.provider() != null && !liveRates.providerNames().contains(method.provider())) {
            violations.add(new Violation(
                    "/provider",
                    "unknown_shipping_provider",
                    "Available providers: %s."
                            .formatted(String.join(
                                    ", ",
                                    liveRates.providerNames().stream().sorted().toList()))));
        }
        if (method.provider() != null && !method.needsAddress()) {
            violations.add(new Violation(
                    "/needs_address", "provider_needs_address", "A method with a provider needs an address."));
        }
        if (method.pickupLocation() != null) {
            validatePickup(method, method.pickupLocation(), violations);
        }
    }

    private void validatePickup(ShippingMethod method, String location, List<Violation> violations) {
        boolean known = Objects.requireNonNull(
                        inventory.resolveLocations(List.of(location), false).get(location))
                .code()
                .filter(location::equals)
                .isPresent();
        if (!known) {
            violations.add(new Violation(
                    "/pickup_location", "unknown_location", "There is no stock location with this code."));
        }
        if (method.needsAddress()) {
            violations.add(new Violation(
                    "/needs_address", "pickup_needs_no_address", "A method with a pickup_location needs no address."));
        }
    }

    /** No statement if the method names no profile. */
    private Set<String> findUnknownProfiles(ShippingMethod method) {
        Set<String> named = new HashSet<>();
        if (method.profile() != null) {
            named.add(method.profile());
        }
        method.surcharges().forEach(surcharge -> {
            if (surcharge.profile() != null) {
                named.add(surcharge.profile());
            }
        });
        return named.isEmpty() ? Set.of() : profiles.unknown(named);
    }

    private static Violation unknownProfile(String pointer) {
        return new Violation(pointer, "unknown_profile", "There is no shipping profile with this code.");
    }
}
