package io.fondaco.platform;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a package as a module: its public types are its API, and it owns the database schema of the same name. {@code
 * ModularityTest} compares the declared dependencies with the imports in the code, and the resulting graph with the
 * allowed one.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PACKAGE)
public @interface ApplicationModule {
    /** Names of the modules whose API this one uses; {@code platform} is open to all and is not listed. */
    String[] allowedDependencies() default {};
}
