package io.fondaco.platform.admission;

import io.vertx.ext.web.RoutingContext;

/**
 * Marks requests whose work is limited elsewhere, so that the admission gate lets them pass. {@link
 * ExemptFromAdmission} declares it for all requests of a resource method.
 */
public final class AdmissionExemption {
    private static final String ATTRIBUTE = "fondaco.admission.bounded";

    private AdmissionExemption() {}

    /** Must be called before the request reaches the gate. */
    public static void mark(RoutingContext context) {
        context.put(ATTRIBUTE, true);
    }

    static boolean isMarked(RoutingContext context) {
        return context.get(ATTRIBUTE) != null;
    }
}
