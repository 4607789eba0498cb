// Buys two units of a SKU by a client that is generated from the OpenAPI document: node buy.js <base URL> <SKU>.
// The compiler proves that the document says what is required and what may be null.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

declare const process: { argv: string[] };
const [, , baseUrl, sku] = process.argv;
if (baseUrl === undefined || sku === undefined) {
  throw new Error("Usage: node buy.js <base URL> <SKU>");
}

function dataOf<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) {
    throw new Error(JSON.stringify(answer.error));
  }
  return answer.data;
}

const shop = createClient<paths>({ baseUrl });

const products = dataOf(await shop.GET("/store/v1/products", { params: { query: { limit: 1 } } }));
const cursor: string | null = products.next_cursor;
const updated: string | undefined = products.data[0]?.updated_at;

const cart = dataOf(
  await shop.POST("/store/v1/carts", { body: { currency: "GBP", lines: [{ sku, quantity: 2 }] } }),
);
const id: string = cart.id;
const token: string | undefined = cart.cart_token;
const headers = { Authorization: `Bearer ${token}` };

// Always there, but null while the shopper has not said it.
const email: string | null = cart.email;
// @ts-expect-error A line has no title when its variant is gone.
const length: number | undefined = cart.lines[0]?.title.length;

const address: Schemas["PostalAddress"] = {
  name: "Ada Lovelace",
  line1: "12 St James's Square",
  city: "London",
  postal_code: "SW1Y 4JH",
  country: "GB",
};
// @ts-expect-error An address needs more than a name.
const incomplete: Schemas["PostalAddress"] = { name: "Ada Lovelace" };

const ready = dataOf(
  await shop.PATCH("/store/v1/carts/{id}", {
    params: { path: { id } },
    headers,
    body: { email: "ada@example.com", shipping_address: address },
  }),
);
const order = dataOf(
  await shop.POST("/store/v1/carts/{id}/complete", {
    params: { path: { id }, header: { "Idempotency-Key": crypto.randomUUID() } },
    headers,
    body: { payment: { provider: "test", token: "tok_ok" }, expected_total: ready.totals.total },
  }),
);
const seen = dataOf(
  await shop.GET("/store/v1/orders/{id}", {
    params: { path: { id: order.id } },
    headers: { Authorization: `Bearer ${order.order_token}` },
  }),
);

console.log(`${seen.payment_status} ${seen.totals.total.amount} ${seen.lines[0]?.quantity} ${seen.lines[0]?.sku}`);
