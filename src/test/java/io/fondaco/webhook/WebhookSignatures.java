package io.fondaco.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The signature as a receiver computes it, from the text of the Standard Webhooks specification. */
final class WebhookSignatures {
    private WebhookSignatures() {}

    /** The signature that a request must have if this secret signed it. */
    static String expected(String secret, ReceivedWebhook call) {
        byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
        String content = call.header("webhook-id") + "." + call.header("webhook-timestamp") + "." + call.body();
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(content.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
