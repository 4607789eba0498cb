-- What somebody should know of rows that went in all the same stands beside the reasons why others did not.
ALTER TABLE importing.import ADD COLUMN warned bigint NOT NULL DEFAULT 0;
ALTER TABLE importing.row_error ADD COLUMN warning boolean NOT NULL DEFAULT false;

-- Whether stock at a location that is not known makes it.
ALTER TABLE importing.import ADD COLUMN create_locations boolean NOT NULL DEFAULT false;
