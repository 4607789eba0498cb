package io.fondaco.platform;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a package as a module: a room whose public types are its face and whose schema is its own. The module test holds
 * the declared neighbours against the imports of the code, and the graph they make against the one that is drawn.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PACKAGE)
public @interface ApplicationModule {
    /** The modules whose faces this one uses, by name; {@code platform} is everyone's and not named. */
    String[] allowedDependencies() default {};
}
