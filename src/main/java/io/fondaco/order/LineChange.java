package io.fondaco.order;

/** How many more units of a line were cancelled, sent, … . */
public record LineChange(OrderLineId line, int cancelled, int fulfilled, int refunded, int returned, int restocked) {}
