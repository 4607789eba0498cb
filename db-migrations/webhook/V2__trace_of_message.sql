-- Where in a trace the event was told (W3C traceparent); null for what is not traced.
ALTER TABLE webhook.message ADD COLUMN traceparent text;
