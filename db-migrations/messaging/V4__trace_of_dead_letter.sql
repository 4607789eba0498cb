-- Where in a trace an event was told (W3C traceparent); null for what is not traced.
ALTER TABLE messaging.dead_letter ADD COLUMN traceparent text;
