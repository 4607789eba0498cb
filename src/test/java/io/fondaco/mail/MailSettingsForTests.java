package io.fondaco.mail;

import io.fondaco.FreePort;
import java.util.Map;

/** Settings with which the application sends e-mails to a server on this machine and gives up within seconds. */
public final class MailSettingsForTests {
    static final int MAX_ATTEMPTS = 4;

    private MailSettingsForTests() {}

    public static Map<String, String> settings() {
        return Map.ofEntries(
                Map.entry("fondaco.mail.enabled", "true"),
                Map.entry("fondaco.mail.from", "Orders <orders@shop.example>"),
                Map.entry("fondaco.mail.reply-to", "help@shop.example"),
                Map.entry("fondaco.mail.shop-name", "Tea & Co\r\nBcc: everybody@shop.example"),
                Map.entry("fondaco.mail.timeout", "1s"),
                Map.entry("fondaco.mail.max-attempts", Integer.toString(MAX_ATTEMPTS)),
                Map.entry("fondaco.mail.retry-delay", "100ms"),
                Map.entry("fondaco.mail.max-concurrent-sends", "3"),
                Map.entry("quarkus.mailer.host", "127.0.0.1"),
                Map.entry("quarkus.mailer.port", Integer.toString(FreePort.find())));
    }
}
