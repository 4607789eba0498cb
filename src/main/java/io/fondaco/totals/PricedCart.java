package io.fondaco.totals;

import io.fondaco.cart.Cart;
import io.fondaco.cart.CartLine;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.inventory.Inventory.StockDemand;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.order.Discount;
import io.fondaco.order.NewOrder.NewDiscount;
import io.fondaco.order.Totals;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.Violation;
import io.fondaco.pricing.SelectedPrice.SelectedList;
import io.fondaco.promotion.Discounts;
import io.fondaco.shipping.ShippingQuote;
import io.fondaco.tax.TaxCalculation.TaxedAmount;
import io.fondaco.tax.Taxes;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cart with current prices.
 *
 * @param shippingMethods available methods, cheapest first; empty if no line requires shipping
 * @param shippingMethod the method that applies: the chosen one, or the cheapest that delivers to the address
 * @param discounts of its coupons and of automatic promotions, and the problems of coupons that do not apply
 * @param problems the reasons why the cart cannot be completed, without stock problems
 */
public record PricedCart(
        Cart cart,
        List<PricedLine> lines,
        List<ShippingQuote> shippingMethods,
        Optional<ShippingQuote> shippingMethod,
        Discounts discounts,
        CartTaxes taxes,
        Totals totals,
        List<Violation> problems) {

    /**
     * A priced line. The variant may have been deleted and the price may be missing.
     *
     * @param unitPrice what this customer pays for one unit, before discounts
     * @param priceList the price list that the price is from; empty for the price of the variant
     * @param priceIncludesTax whether {@code unitPrice} includes the tax
     * @param tax of all its units
     */
    public record PricedLine(
            CartLine cartLine,
            Optional<SellableVariant> variant,
            Optional<Money> unitPrice,
            Optional<SelectedList> priceList,
            boolean priceIncludesTax,
            TaxedAmount tax) {

        /** The id of the price list; null for the base price and without a price. */
        @Nullable
        public String priceListId() {
            return priceList.map(list -> list.id().toString()).orElse(null);
        }

        /** The name of the price list; null for the base price and without a price. */
        @Nullable
        public String priceListName() {
            return priceList.map(SelectedList::name).orElse(null);
        }

        Optional<Money> total() {
            return unitPrice.map(price -> price.times(cartLine.quantity()));
        }

        String taxCategory() {
            return variant.map(SellableVariant::taxCategory).orElse(Taxes.STANDARD_CATEGORY);
        }

        PricedLine withPrice(Optional<Money> newUnitPrice, boolean newPriceIncludesTax) {
            return new PricedLine(cartLine, variant, newUnitPrice, priceList, newPriceIncludesTax, tax);
        }

        PricedLine withTax(TaxedAmount newTax) {
            return new PricedLine(cartLine, variant, unitPrice, priceList, priceIncludesTax, newTax);
        }

        public boolean stockChecked() {
            return variant.map(SellableVariant::stockLimited).orElse(false);
        }
    }

    /** The discount of a line; null if it is zero. */
    @Nullable
    public Money discountOfLine(int index) {
        Money discount = discounts.lineDiscount(index, cart.currency());
        return discount.amount() == 0 ? null : discount;
    }

    /** The discounts above zero, as the order keeps them. */
    public List<NewDiscount> effectiveDiscounts() {
        return discounts.nonZero().stream().map(PricedCart::toNewDiscount).toList();
    }

    private static NewDiscount toNewDiscount(Discounts.AppliedDiscount discount) {
        return new NewDiscount(
                discount.promotion().toString(),
                discount.code(),
                discount.title(),
                discount.kind().column(),
                discount.amount(),
                discount.lineAmounts());
    }

    private List<Discount> viewDiscounts() {
        List<String> lineIds =
                lines.stream().map(line -> line.cartLine().id().toString()).toList();
        return discounts.applied().stream()
                .map(discount -> toNewDiscount(discount).toDiscount(lineIds))
                .toList();
    }

    public List<StockQuantity> requiredStock() {
        return lines.stream()
                .filter(PricedLine::stockChecked)
                .map(pricedLine -> new StockQuantity(
                        pricedLine.cartLine().sku(), pricedLine.cartLine().quantity()))
                .toList();
    }

    /** The required stock and the destination country; no country if the order is collected. */
    public StockDemand stockDemand() {
        return new StockDemand(
                requiredStock(),
                shippingMethod
                        .filter(ShippingQuote::needsAddress)
                        .flatMap(_ -> cart.shippingAddress())
                        .map(PostalAddress::country)
                        .orElse(null));
    }

    /**
     * @param token null unless the cart is new
     * @param stockProblems a problem for each line that is out of stock now
     */
    CartView view(@Nullable String token, List<Violation> stockProblems) {
        return new CartView(
                cart.id(),
                token,
                cart.status(),
                cart.currency(),
                cart.email().orElse(null),
                IntStream.range(0, lines.size()).mapToObj(this::viewLine).toList(),
                cart.shippingAddress().orElse(null),
                cart.billingAddress().orElse(null),
                shippingMethod.map(ShippingQuote::code).or(cart::shippingMethod).orElse(null),
                cart.couponCodes(),
                cart.taxId().orElse(null),
                taxes.exemption().orElse(null),
                taxes.pricesIncludeTax(),
                taxes.taxLines(),
                viewDiscounts(),
                totals,
                Stream.concat(problems.stream(), stockProblems.stream()).toList());
    }

    private CartView.CartLineView viewLine(int index) {
        PricedLine line = lines.get(index);
        Money discount = discounts.lineDiscount(index, cart.currency());
        Optional<Money> discounted = line.total().map(total -> total.minus(discount));
        Money includedTax = line.tax().includedTax();
        return new CartView.CartLineView(
                line.cartLine().id(),
                line.cartLine().sku(),
                line.cartLine().variantId(),
                line.variant().map(SellableVariant::title).orElse(null),
                line.cartLine().quantity(),
                line.unitPrice().orElse(null),
                line.priceIncludesTax(),
                line.priceListId(),
                line.priceListName(),
                line.total().orElse(null),
                discount,
                line.tax().taxLines(),
                line.tax().tax(),
                includedTax,
                discounted.map(amount -> amount.minus(includedTax)).orElse(null),
                discounted
                        .map(amount -> amount.minus(includedTax).plus(line.tax().tax()))
                        .orElse(null));
    }
}
