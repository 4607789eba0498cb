package io.fondaco.suites;

import org.junit.platform.suite.api.ExcludeTags;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** The tests that need no application. */
@Suite
@SelectPackages("io.fondaco")
@IncludeClassNamePatterns(".*Test")
@ExcludeTags("io.quarkus.test.junit.QuarkusTest")
class UnitTestSuite {}
