package io.fondaco.mail;

import io.fondaco.order.Fulfillment;
import io.fondaco.order.FulfillmentId;
import io.fondaco.order.Order;
import io.fondaco.order.OrderEventPayload;
import io.fondaco.order.OrderEventPayload.OrderCancelled;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.order.Totals;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.tax.TaxExemption;
import io.quarkus.mailer.Mail;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.qute.Variant;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Renders an e-mail from the current order and from the data of the event. */
@ApplicationScoped
class EmailRenderer {
    private static final Pattern LINE_BREAKS = Pattern.compile("[\\p{Cntrl}\\u0085\\u2028\\u2029]+");
    private static final Variant TEXT = Variant.forContentType(Variant.TEXT_PLAIN);
    private static final Variant HTML = Variant.forContentType(Variant.TEXT_HTML);

    private final Orders orders;
    private final EventTypeRegistry eventTypes;
    private final MailSettings settings;
    private final String shopName;

    EmailRenderer(Orders orders, EventTypeRegistry eventTypes, MailSettings settings) {
        this.orders = orders;
        this.eventTypes = eventTypes;
        this.settings = settings;
        this.shopName = toSingleLine(settings.shopName());
    }

    /** A line of the order, formatted. */
    record PurchasedItem(String title, int quantity, String price, String total) {}

    /** A line of the fulfillment. */
    record ShippedItem(String title, int quantity) {}

    /** A line below the items: {@code Delivery 3.95 GBP}. */
    record TotalLine(String name, String amount) {}

    /** The tracking of a shipment; each part is empty if it is not known. */
    record ShipmentTracking(String carrier, String number, String url) {}

    /** The templates, each in HTML and as plain text. */
    @CheckedTemplate(basePath = "mail")
    static final class Templates {
        private Templates() {}

        static native TemplateInstance confirmation(
                String shop,
                long number,
                boolean cancelled,
                List<PurchasedItem> items,
                List<TotalLine> sums,
                String total,
                List<String> address);

        static native TemplateInstance shipment(
                String shop, long number, List<ShippedItem> items, ShipmentTracking tracking, List<String> address);

        static native TemplateInstance refund(String shop, long number, boolean cancelled, String amount);
    }

    /** Reads the order in a transaction that ends before the e-mail is sent. Up to three statements. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    Mail render(EmailNotification notification) {
        Order order = orders.find(OrderId.parse(notification.orderId()))
                .orElseThrow(() -> new IllegalStateException("There is no order " + notification.orderId()));
        OrderEventPayload event = eventTypes.read(notification.event(), OrderEventPayload.class);
        return switch (notification.type()) {
            case CONFIRMATION -> compose(notification, order, "Your order %d is confirmed", confirmation(order));
            case SHIPMENT -> compose(notification, order, "Your order %d is on its way", shipment(order, event));
            case REFUND -> refund(notification, order, event);
        };
    }

    private Mail compose(EmailNotification notification, Order order, String subject, TemplateInstance template) {
        Mail mail = new Mail()
                .addTo(EmailAddress.toDeliverable(order.email()))
                .setFrom(from())
                .setSubject(toSingleLine("%s: %s".formatted(shopName, subject.formatted(order.number()))))
                .setText(template.setVariant(TEXT).render())
                .setHtml(template.setVariant(HTML).render())
                // The same in every attempt, so that a copy that is sent after a crash can be recognized.
                .addHeader("Message-ID", "<%s@%s>".formatted(notification.publicId(), domain()))
                // Prevents automatic replies (RFC 3834).
                .addHeader("Auto-Submitted", "auto-generated");
        settings.replyTo().ifPresent(mail::setReplyTo);
        return mail;
    }

    private TemplateInstance confirmation(Order order) {
        Totals totals = order.totals();
        List<TotalLine> sums = new ArrayList<>();
        sums.add(new TotalLine("Subtotal", totals.subtotal().toString()));
        addUnlessZero(sums, "Discount", Money.zero(totals.discount().currency()).minus(totals.discount()));
        sums.add(new TotalLine("Delivery", totals.shipping().toString()));
        addUnlessZero(sums, "Tax", totals.tax().minus(totals.includedTax()));
        if (order.taxes().taxExemption() == TaxExemption.REVERSE_CHARGE) {
            sums.add(new TotalLine("Tax", "reverse charge, due from the customer"));
        }
        addUnlessZero(sums, "Included tax", totals.includedTax());
        addUnlessZero(sums, "Rounding", totals.rounding());
        return Templates.confirmation(
                shopName,
                order.number(),
                order.status() == OrderStatus.CANCELLED,
                order.lines().stream()
                        .map(line -> new PurchasedItem(
                                toSingleLine(line.title()),
                                line.quantity(),
                                line.unitPrice().toString(),
                                line.total().toString()))
                        .toList(),
                sums,
                totals.total().toString(),
                addressLines(order));
    }

    private static void addUnlessZero(List<TotalLine> sums, String name, Money amount) {
        if (amount.amount() != 0) {
            sums.add(new TotalLine(name, amount.toString()));
        }
    }

    private TemplateInstance shipment(Order order, OrderEventPayload event) {
        FulfillmentId id = OrderFacts.fulfillment(event);
        Fulfillment sent = orders.fulfillments(order.id()).stream()
                .filter(fulfillment -> fulfillment.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no fulfilment " + id));
        return Templates.shipment(
                shopName,
                order.number(),
                sent.lines().stream()
                        .map(line -> new ShippedItem(
                                toSingleLine(order.line(line.lineId()).title()), line.quantity()))
                        .toList(),
                new ShipmentTracking(
                        toSingleLine(sent.carrier()),
                        toSingleLine(sent.trackingNumber()),
                        toSingleLine(sent.trackingUrl())),
                addressLines(order));
    }

    /** The e-mail about a refund. It says so if the money is refunded because the whole order was cancelled. */
    private Mail refund(EmailNotification notification, Order order, OrderEventPayload event) {
        boolean cancelled = event instanceof OrderCancelled && order.status() == OrderStatus.CANCELLED;
        String refunded = OrderFacts.amount(event).orElseThrow().toString();
        return compose(
                notification,
                order,
                cancelled ? "Your order %d is cancelled" : "A refund for your order %d",
                Templates.refund(shopName, order.number(), cancelled, refunded));
    }

    /** The lines of the shipping address; none if the order is collected. */
    private static List<String> addressLines(Order order) {
        PostalAddress address = order.addresses().shipping();
        return address == null
                ? List.of()
                : Stream.of(
                                address.name(),
                                address.line1(),
                                toSingleLine(address.line2()),
                                "%s %s".formatted(address.postalCode(), address.city()),
                                toSingleLine(address.region()),
                                Locale.of("", address.country()).getDisplayCountry(Locale.ENGLISH))
                        .map(EmailRenderer::toSingleLine)
                        .filter(line -> !line.isEmpty())
                        .toList();
    }

    /**
     * Replaces line breaks, so that text from outside cannot start a line in a header or in the e-mail. Empty for null.
     */
    private static String toSingleLine(@Nullable String text) {
        return text == null ? "" : LINE_BREAKS.matcher(text).replaceAll(" ").strip();
    }

    private String from() {
        return settings.from().orElseThrow();
    }

    private String domain() {
        String from = from();
        return from.substring(from.lastIndexOf('@') + 1).replace(">", "").strip();
    }
}
