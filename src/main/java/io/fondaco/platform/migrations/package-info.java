/**
 * Brings the modules' schemas up to date while the shop is open: no statement is kept waiting by a migration for longer than a lock
 * time-out, and no pod works on schemas older than it was made for. See {@code docs/migrations.md}.
 */
@NullMarked
package io.fondaco.platform.migrations;

import org.jspecify.annotations.NullMarked;
