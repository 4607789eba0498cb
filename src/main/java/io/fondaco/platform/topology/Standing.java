package io.fondaco.platform.topology;

/**
 * Whether a replica is in the rotation. It leaves at the first sign that it must not be read, or after some failed checks,
 * and returns after several good ones, so that one at the limit does not come and go.
 */
final class Standing {
    /** What a check found. */
    enum Finding {
        GOOD,
        /** Within the limits of lag, but not by half: may stay, may not return. */
        CLOSE_TO_THE_LIMIT,
        LAGGING,
        UNREACHABLE,
        NOT_A_REPLICA,
        FOREIGN_CLUSTER
    }

    private final int checksToLeave;
    private final int checksToReturn;
    private boolean fresh = true;
    private int good;
    private int failed;
    private volatile boolean inRotation;
    private volatile Finding last = Finding.UNREACHABLE;

    Standing(int checksToLeave, int checksToReturn) {
        this.checksToLeave = checksToLeave;
        this.checksToReturn = checksToReturn;
    }

    boolean isInRotation() {
        return inRotation;
    }

    Finding last() {
        return last;
    }

    /** Counts a regular check. */
    synchronized void observe(Finding finding) {
        last = finding;
        switch (finding) {
            case GOOD -> {
                failed = 0;
                good++;
                if (fresh || good >= checksToReturn) {
                    fresh = false;
                    inRotation = true;
                }
            }
            case CLOSE_TO_THE_LIMIT -> {
                failed = 0;
                good = 0;
            }
            case UNREACHABLE -> {
                good = 0;
                failed++;
                if (failed >= checksToLeave) {
                    inRotation = false;
                }
            }
            case LAGGING, NOT_A_REPLICA, FOREIGN_CLUSTER -> {
                good = 0;
                inRotation = false;
            }
        }
    }

    /** A request found it broken: no need to wait for a check. */
    synchronized void leave() {
        good = 0;
        inRotation = false;
        fresh = false;
        last = Finding.UNREACHABLE;
    }
}
