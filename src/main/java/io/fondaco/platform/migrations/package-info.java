/**
 * Migrates the modules' schemas while the shop is open: a migration blocks no statement for longer than the lock
 * timeout, and no pod works on schemas that are older than it needs. See {@code docs/migrations.md}.
 */
@NullMarked
package io.fondaco.platform.migrations;

import org.jspecify.annotations.NullMarked;
