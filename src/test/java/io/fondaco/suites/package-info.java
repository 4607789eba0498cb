/**
 * The suites that {@code ./mvnw test} runs: three suites in two JVMs at a time. A suite keeps the tests of one
 * application in one JVM, so that the application starts once; {@code -Dtest=CartTest} runs a single class.
 */
package io.fondaco.suites;
