-- How many rows went in of which there is something to know, and whether stock at a location that is not known makes it.
ALTER TABLE importing.import
    ADD COLUMN warned bigint NOT NULL DEFAULT 0,
    ADD COLUMN create_locations boolean NOT NULL DEFAULT false;
