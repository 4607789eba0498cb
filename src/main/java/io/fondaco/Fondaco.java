package io.fondaco;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Starts the house: {@code java -jar quarkus-run.jar}, or with {@code migrate} to bring the schemas up to date and exit. */
@QuarkusMain
public final class Fondaco {
    private Fondaco() {}

    public static void main(String[] arguments) {
        Quarkus.run(arguments);
    }
}
