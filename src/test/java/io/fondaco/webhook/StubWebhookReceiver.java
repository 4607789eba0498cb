package io.fondaco.webhook;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A webhook receiver on 127.0.0.1 in the process of the test. Each path has its own behavior, which may be faulty. */
final class StubWebhookReceiver implements AutoCloseable {
    /** How a request is answered after it is read. */
    interface ResponseBehavior {
        void respond(ReceivedWebhook call, Socket socket) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final Map<String, ResponseBehavior> behaviors = new ConcurrentHashMap<>();
    private final List<ReceivedWebhook> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    StubWebhookReceiver() {
        try {
            server = new ServerSocket(0, 1_000, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** Sets the behavior of a path and returns its URL. */
    String stub(String path, ResponseBehavior responseBehavior) {
        behaviors.put(path, responseBehavior);
        return "http://127.0.0.1:" + server.getLocalPort() + path;
    }

    int port() {
        return server.getLocalPort();
    }

    /** The number of accepted connections, with or without a request. */
    int connections() {
        return sockets.size();
    }

    /** The requests to a path in the order of their arrival. */
    List<ReceivedWebhook> requests(String path) {
        return requests.stream().filter(call -> call.path().equals(path)).toList();
    }

    List<ReceivedWebhook> requests(String path, String subject) {
        return requests(path).stream()
                .filter(call -> call.subject().equals(subject))
                .toList();
    }

    static ResponseBehavior respondWith(int status) {
        return respondWith(status, "");
    }

    /** @param headers the header lines, each with its line end */
    static ResponseBehavior respondWith(int status, String headers) {
        return (call, socket) -> {
            call.markEnded();
            String body = status == 204 ? "\r\n" : "Content-Length: 2\r\n\r\nOK";
            write(socket, "HTTP/1.1 %d Indeed\r\n%s%s".formatted(status, headers, body));
        };
    }

    /** Returns 200 for every third request and 500 for the others. */
    static ResponseBehavior acceptEveryThird() {
        AtomicInteger seen = new AtomicInteger();
        return (call, socket) ->
                respondWith(seen.incrementAndGet() % 3 == 0 ? 200 : 500).respond(call, socket);
    }

    /** Reads the request and never responds. */
    static ResponseBehavior neverRespond() {
        return (_, _) -> {};
    }

    /** Sends one byte every 20 ms without end. */
    static ResponseBehavior respondSlowly() {
        return (_, socket) -> {
            write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            CountDownLatch never = new CountDownLatch(1);
            while (!never.await(20, TimeUnit.MILLISECONDS)) {
                write(socket, ".");
            }
        };
    }

    /** Responds with 200 and a body of this size, and counts down if the client does not read all of it. */
    static ResponseBehavior respondWithBytes(long bytes, CountDownLatch cutOff) {
        return (_, socket) -> {
            try {
                write(socket, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n".formatted(bytes));
                byte[] part = "x".repeat(64 * 1024).getBytes(StandardCharsets.US_ASCII);
                for (long sent = 0; sent < bytes; sent += part.length) {
                    socket.getOutputStream().write(part);
                }
            } catch (IOException e) {
                cutOff.countDown();
                throw e;
            }
        };
    }

    static ResponseBehavior respondWithGarbage() {
        return (_, socket) -> {
            write(socket, "\u0001\u0002 220 mail.example.org ESMTP\r\n\r\n");
            socket.close();
        };
    }

    static ResponseBehavior closeConnection() {
        return (_, socket) -> socket.close();
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                ReceivedWebhook call = read(in);
                requests.add(call);
                try {
                    behaviors.getOrDefault(call.path(), respondWith(404)).respond(call, socket);
                    // A request without response ends when the client sends another one or closes the connection.
                    in.mark(1);
                    if (in.read() < 0) {
                        return;
                    }
                    in.reset();
                } finally {
                    call.markEnded();
                }
            }
        } catch (IOException _) {
            // The client has closed the connection.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static ReceivedWebhook read(InputStream in) throws IOException {
        String request = line(in);
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new ReceivedWebhook(request.split(" ")[1], headers, new String(body, StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
