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

/** A network between two, that can be cut: silently, so that nothing arrives and nobody is told, or by resets. */
final class TcpProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int CONNECT_MILLIS = 2_000;

    /** What becomes of the traffic. */
    enum Mode {
        PASS,
        /** Everything is swallowed up until it passes again; then it arrives late. */
        STALL,
        /** Every connection is reset, new ones too. */
        RESET
    }

    private final ServerSocket listener;
    private volatile int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
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

    /** Where connections lead that are made from now on, as with a Service; those that there are stay. */
    void redirectTo(int port) {
        target = port;
    }

    void set(Mode wanted) {
        lock.lock();
        try {
            mode = wanted;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (wanted == Mode.RESET) {
            open.forEach(TcpProxy::reset);
        }
    }

    /** What each piece of the traffic is held up by, one way. */
    void delay(Duration wanted) {
        delay = wanted;
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
                // Closed, or a client that went away again.
            }
        }
    }

    private void connect(Socket client) {
        open.add(client);
        Socket server = new Socket();
        try {
            awaitNotStalled();
            server.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), target), CONNECT_MILLIS);
            open.add(server);
            Thread.ofVirtual().start(() -> copy(client, server));
            copy(server, client);
        } catch (IOException _) {
            reset(client);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
            open.remove(server);
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
            // One side is gone, and so is the other now.
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
            // It was closed already.
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
