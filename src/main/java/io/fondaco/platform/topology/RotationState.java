package io.fondaco.platform.topology;

/**
 * Whether a replica is in the rotation. It leaves immediately if it must not be read, or after several failed checks,
 * and returns after several good ones, so that a replica at the limit does not oscillate.
 */
final class RotationState {
    /** The result of a check. */
    enum CheckResult {
        GOOD,
        /** Within the lag limits but above half of them: the replica may stay, but not return. */
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

    /** Applies the result of a check at the interval. */
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

    /** Removes the replica without waiting for a check, because a request found its connection broken. */
    synchronized void removeNow() {
        consecutivePasses = 0;
        inRotation = false;
        neverInRotation = false;
        lastResult = CheckResult.UNREACHABLE;
    }
}
