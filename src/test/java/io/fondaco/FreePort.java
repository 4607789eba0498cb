package io.fondaco;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that are started later, or stopped and started again. They are below the ephemeral range of
 * operating systems, or an outgoing connection could take the port meanwhile.
 */
public final class FreePort {
    private static final int MIN_PORT = 20_000;
    private static final int MAX_PORT_EXCLUSIVE = 32_000;

    private FreePort() {}

    /** A port of this machine on which nothing listens now. */
    public static int find() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(MIN_PORT, MAX_PORT_EXCLUSIVE);
            try (ServerSocket _ = new ServerSocket(port)) {
                return port;
            } catch (IOException _) {
                // The port is in use: try another.
            }
        }
    }
}
