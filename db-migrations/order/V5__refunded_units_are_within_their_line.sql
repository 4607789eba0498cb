ALTER TABLE "order".line VALIDATE CONSTRAINT line_refunded_unsent;
