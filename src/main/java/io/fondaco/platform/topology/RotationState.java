package io.fondaco.platform.topology;

/**
 * Whether a replica is in the rotation. It leaves at the first sign that it must not be read, or after some failed checks,
 * and returns after several good ones, so that one at the limit does not come and go.
 */
final class RotationState {
    /** What a check found. */
    enum CheckResult {
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
    private boolean neverInRotation = true;
    private int consecutivePasses;
    private int consecutiveFailures;
    private volatile boolean inRotation;
    private volatile CheckResult lastResult = CheckResult.UNREACHABLE;

    RotationState(int checksToLeave, int checksToReturn) {
        this.checksToLeave = checksToLeave;
        this.checksToReturn = checksToReturn;
    }

    boolean isInRotation() {
        return inRotation;
    }

    CheckResult lastResult() {
        return lastResult;
    }

    /** Counts a regular check. */
    synchronized void recordCheck(CheckResult checkResult) {
        lastResult = checkResult;
        switch (checkResult) {
            case GOOD -> {
                consecutiveFailures = 0;
                consecutivePasses++;
                if (neverInRotation || consecutivePasses >= checksToReturn) {
                    neverInRotation = false;
                    inRotation = true;
                }
            }
            case CLOSE_TO_THE_LIMIT -> {
                consecutiveFailures = 0;
                consecutivePasses = 0;
            }
            case UNREACHABLE -> {
                consecutivePasses = 0;
                consecutiveFailures++;
                if (consecutiveFailures >= checksToLeave) {
                    inRotation = false;
                }
            }
            case LAGGING, NOT_A_REPLICA, FOREIGN_CLUSTER -> {
                consecutivePasses = 0;
                inRotation = false;
            }
        }
    }

    /** A request found it broken: no need to wait for a check. */
    synchronized void removeNow() {
        consecutivePasses = 0;
        inRotation = false;
        neverInRotation = false;
        lastResult = CheckResult.UNREACHABLE;
    }
}
