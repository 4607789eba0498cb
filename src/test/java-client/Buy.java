import java.util.Map;
import java.util.UUID;
import shop.ApiClient;
import shop.api.CartsApi;
import shop.api.StoreOrdersApi;
import shop.model.Cart;
import shop.model.CartPatch;
import shop.model.CompleteRequest;
import shop.model.CompletedOrder;
import shop.model.LineRequest;
import shop.model.NewCartRequest;
import shop.model.PaymentRequest;
import shop.model.PostalAddress;
import shop.model.StoreOrder;

/** Buys two units of a SKU by a client that is generated from the OpenAPI document. */
public final class Buy {
    private Buy() {}

    /** @return payment status, total, units and SKU of the order, as the shopper sees it */
    public static String buy(String baseUrl, String sku) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(baseUrl);
        CartsApi carts = new CartsApi(client);
        Cart cart = carts.createCart(
                new NewCartRequest().currency("GBP").addLinesItem(new LineRequest().sku(sku).quantity(2L)));
        Map<String, String> shopper = Map.of("Authorization", "Bearer " + cart.getCartToken());
        PostalAddress address = new PostalAddress()
                .name("Ada Lovelace")
                .line1("12 St James's Square")
                .city("London")
                .postalCode("SW1Y 4JH")
                .country("GB");
        Cart ready = carts.updateCart(
                cart.getId(), new CartPatch().email("ada@example.com").shippingAddress(address), null, shopper);
        CompletedOrder order = carts.completeCart(
                cart.getId(),
                new CompleteRequest()
                        .payment(new PaymentRequest().provider("test").token("tok_ok"))
                        .expectedTotal(ready.getTotals().getTotal()),
                null,
                UUID.randomUUID().toString(),
                shopper);
        StoreOrder seen = new StoreOrdersApi(client)
                .getStoreOrder(order.getId(), "start", Map.of("Authorization", "Bearer " + order.getOrderToken()));
        return "%s %d %d %s"
                .formatted(
                        seen.getPaymentStatus(),
                        seen.getTotals().getTotal().getAmount(),
                        seen.getLines().getFirst().getQuantity(),
                        seen.getLines().getFirst().getSku());
    }
}
