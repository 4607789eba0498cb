package io.fondaco;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that are started later, or stopped and started again. They are below those that operating systems give to
 * connections, or one of these could take the port meanwhile.
 */
public final class FreePort {
    private static final int MIN_PORT = 20_000;
    private static final int MAX_PORT_EXCLUSIVE = 32_000;

    private FreePort() {}

    /** A port of this machine that nobody listens on just now. */
    public static int find() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(MIN_PORT, MAX_PORT_EXCLUSIVE);
            try (ServerSocket _ = new ServerSocket(port)) {
                return port;
            } catch (IOException _) {
                // Somebody has it: another.
            }
        }
    }
}
