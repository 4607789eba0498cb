package io.fondaco.platform.admission;

import io.vertx.ext.web.RoutingContext;

/** Requests whose work is bounded by whoever does it: the gate lets them pass. */
public final class AdmissionExemption {
    private static final String ATTRIBUTE = "fondaco.admission.bounded";

    private AdmissionExemption() {}

    /** To be called before the request comes to the gate. */
    public static void mark(RoutingContext context) {
        context.put(ATTRIBUTE, true);
    }

    static boolean isMarked(RoutingContext context) {
        return context.get(ATTRIBUTE) != null;
    }
}
