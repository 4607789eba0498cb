-- What somebody should know of rows that went in all the same stands beside the reasons why others did not.
ALTER TABLE importing.row_error ADD COLUMN warning boolean NOT NULL DEFAULT false;
