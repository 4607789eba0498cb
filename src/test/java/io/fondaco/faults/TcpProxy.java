package io.fondaco.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** A TCP proxy that delays, stalls or resets connections. */
final class TcpProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int CONNECT_MILLIS = 2_000;

    /** How the proxy treats traffic. */
    enum Mode {
        PASS,
        /** Data is held back without an error, and is delivered when the mode is PASS again. */
        STALL,
        /** Every connection is reset, new ones too. */
        RESET
    }

    private final ServerSocket listener;
    private volatile int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile Mode mode = Mode.PASS;
    private volatile Duration delay = Duration.ZERO;

    private TcpProxy(ServerSocket listener, int target) {
        this.listener = listener;
        this.target = target;
    }

    static TcpProxy to(int target) {
        return to(0, target);
    }

    /** @param port to listen on */
    static TcpProxy to(int port, int target) {
        try {
            TcpProxy proxy = new TcpProxy(new ServerSocket(port, 50, InetAddress.ofLiteral("127.0.0.1")), target);
            Thread.ofVirtual().start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Changes the target of new connections, as a Service does. Existing connections keep their target. */
    void redirectTo(int port) {
        target = port;
    }

    void set(Mode value) {
        lock.lock();
        try {
            mode = value;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (value == Mode.RESET) {
            sockets.forEach(TcpProxy::reset);
        }
    }

    /** Sets the delay of each chunk of data, one way. */
    void delay(Duration value) {
        delay = value;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (mode == Mode.RESET) {
                    reset(client);
                    continue;
                }
                Thread.ofVirtual().start(() -> connect(client));
            } catch (IOException _) {
                // The proxy is closed, or the client has disconnected.
            }
        }
    }

    private void connect(Socket client) {
        sockets.add(client);
        Socket server = new Socket();
        try {
            awaitNotStalled();
            server.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), target), CONNECT_MILLIS);
            sockets.add(server);
            Thread.ofVirtual().start(() -> copy(client, server));
            copy(server, client);
        } catch (IOException _) {
            reset(client);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(client);
            sockets.remove(server);
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            int read;
            while ((read = from.getInputStream().read(buffer)) >= 0) {
                awaitNotStalled();
                LockSupport.parkNanos(delay.toNanos());
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException _) {
            // One side has closed its connection, and this closes the other.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitNotStalled() throws InterruptedException {
        lock.lock();
        try {
            while (mode == Mode.STALL) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException _) {
            // The socket is already closed.
        }
    }

    @Override
    public void close() {
        set(Mode.RESET);
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
