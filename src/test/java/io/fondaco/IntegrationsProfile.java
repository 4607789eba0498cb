package io.fondaco;

import io.fondaco.inventory.HotSkuSettings;
import io.fondaco.mail.MailSettingsForTests;
import io.fondaco.payment.StripeTestSupport;
import io.fondaco.webhook.LocalWebhookSettings;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The second of two applications that the HTTP tests share. The first runs with default settings; this one has every
 * integration switched on and small limits: Kafka carries events, e-mails are sent, Stripe captures immediately,
 * webhooks may call receivers on this machine, every SKU is hot, the cache is small and its entries live for seconds.
 *
 * <p>Starting the application costs about half a minute of processor time. Before a test declares its own profile, try
 * to add the setting here.
 */
public class IntegrationsProfile implements QuarkusTestProfile {
    /** Heap for cached responses, in bytes. */
    public static final long CACHE_BYTES = 20_000;

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>();
        settings.putAll(StripeTestSupport.settings("automatic"));
        settings.putAll(LocalWebhookSettings.settings());
        settings.putAll(MailSettingsForTests.settings());
        settings.putAll(HotSkuSettings.settings());
        settings.putAll(Map.of(
                "fondaco.cache.time-to-live", "2s",
                "fondaco.cache.max-bytes", Long.toString(CACHE_BYTES),
                "fondaco.cache.shared-max-age", "60s",
                "fondaco.cache.stale-while-revalidate", "30s",
                "fondaco.cache.surrogate-key-header", "Surrogate-Key"));
        settings.putAll(Map.of(
                "fondaco.database.replicas-expected", "2",
                "fondaco.database.slow-statement", "200ms",
                // Only for the disk metrics: the servers are those of the tests.
                "fondaco.database.embedded", "true",
                "fondaco.data-dir", "target"));
        return settings;
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(KafkaTestResource.class));
    }
}
