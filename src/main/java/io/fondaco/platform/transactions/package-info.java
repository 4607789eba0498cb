/**
 * Transaction support: work that runs after a commit, commits that do not wait for the disk, and retries after
 * conflicts with other transactions.
 */
@NullMarked
package io.fondaco.platform.transactions;

import org.jspecify.annotations.NullMarked;
