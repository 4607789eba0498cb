-- Where in a trace an event was told (W3C traceparent); null for what is not traced.
ALTER TABLE messaging.outbox ADD COLUMN traceparent text;
