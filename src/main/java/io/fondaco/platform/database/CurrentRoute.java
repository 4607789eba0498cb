package io.fondaco.platform.database;

import jakarta.enterprise.context.RequestScoped;

/**
 * The route of the request in hand. Work outside of a request (jobs, imports, start-up) activates a request context and
 * gets the primary: writing where only reading is allowed fails loudly, reading from the primary is merely dearer.
 */
@RequestScoped
class CurrentRoute {
    private Route route = Route.PRIMARY;

    Route get() {
        return route;
    }

    void set(Route chosen) {
        route = chosen;
    }
}
