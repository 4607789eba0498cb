package io.fondaco.mail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A mail server that takes nothing: it refuses every recipient by name, or it never says a word. */
final class StubbornServer implements AutoCloseable {
    private final ServerSocket socket;
    private final boolean mute;
    private final Thread acceptor;

    private StubbornServer(int port, boolean mute) {
        try {
            this.socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.mute = mute;
        acceptor = Thread.ofVirtual().start(this::accept);
    }

    static StubbornServer refusing(int port) {
        return new StubbornServer(port, false);
    }

    static StubbornServer mute(int port) {
        return new StubbornServer(port, true);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    private void serve(Socket client) {
        try (client;
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
            if (!mute) {
                say(client, "220 stubborn.example");
            }
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!mute) {
                    say(client, answer(line));
                }
            }
        } catch (IOException _) {
            // The client has gone.
        }
    }

    private static String answer(String line) {
        return switch (line.substring(0, 4).toUpperCase(Locale.ROOT)) {
            case "EHLO", "MAIL", "RSET", "NOOP" -> "250 OK";
            case "RCPT" -> "550 5.1.1 %s: nobody of that name".formatted(line.substring("RCPT TO:".length()));
            case "QUIT" -> "221 Bye";
            default -> "503 No";
        };
    }

    private static void say(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
    }

    /** Returns when the port is free for another server. */
    @Override
    public void close() {
        try {
            socket.close();
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
