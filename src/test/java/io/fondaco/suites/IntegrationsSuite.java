package io.fondaco.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeTags;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/**
 * The HTTP tests of an application with {@link io.fondaco.IntegrationsProfile}, in one JVM with one start of the
 * application.
 */
@Suite
@SelectPackages("io.fondaco")
@IncludeClassNamePatterns(".*Test")
@IncludeTags("integrations")
class IntegrationsSuite {}
