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

/** A mail server that accepts no e-mail: it rejects every recipient by name, or it never responds. */
final class FailingSmtpServer implements AutoCloseable {
    private final ServerSocket socket;
    private final boolean unresponsive;
    private final Thread acceptor;

    private FailingSmtpServer(int port, boolean unresponsive) {
        try {
            this.socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.unresponsive = unresponsive;
        acceptor = Thread.ofVirtual().start(this::accept);
    }

    static FailingSmtpServer rejectingRecipients(int port) {
        return new FailingSmtpServer(port, false);
    }

    static FailingSmtpServer unresponsive(int port) {
        return new FailingSmtpServer(port, true);
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
            if (!unresponsive) {
                writeLine(client, "220 stubborn.example");
            }
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!unresponsive) {
                    writeLine(client, replyTo(line));
                }
            }
        } catch (IOException _) {
            // The client has closed the connection.
        }
    }

    private static String replyTo(String line) {
        return switch (line.substring(0, 4).toUpperCase(Locale.ROOT)) {
            case "EHLO", "MAIL", "RSET", "NOOP" -> "250 OK";
            case "RCPT" -> "550 5.1.1 %s: nobody of that name".formatted(line.substring("RCPT TO:".length()));
            case "QUIT" -> "221 Bye";
            default -> "503 No";
        };
    }

    private static void writeLine(Socket client, String line) throws IOException {
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
