-- The columns of the file, without those that only said why a row was refused; null of imports from before. And those of them
-- that nothing is read from.
ALTER TABLE importing.import
    ADD COLUMN header text[],
    ADD COLUMN ignored_columns text[],
    ADD COLUMN refused_characters bigint NOT NULL DEFAULT 0;

-- The cells of refused rows, and of the rows that belong with them, as an array of text: what the file of refused rows is made of.
CREATE TABLE importing.refused_row (
    import_id uuid   NOT NULL REFERENCES importing.import (id) ON DELETE CASCADE,
    row       bigint NOT NULL,
    cells     json   NOT NULL,
    PRIMARY KEY (import_id, row)
);
