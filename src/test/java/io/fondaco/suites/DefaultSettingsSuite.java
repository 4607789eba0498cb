package io.fondaco.suites;

import org.junit.platform.suite.api.ExcludeTags;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeTags;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** The HTTP tests of an application with default settings, in one JVM with one start of the application. */
@Suite
@SelectPackages("io.fondaco")
@IncludeClassNamePatterns(".*Test")
@IncludeTags("io.quarkus.test.junit.QuarkusTest")
@ExcludeTags("integrations")
class DefaultSettingsSuite {}
