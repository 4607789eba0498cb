-- Signs consistency tokens. Generated here, so that all pods share it without configuration. 244 random bits.
CREATE TABLE database.token_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    secret   bytea   NOT NULL CHECK (length(secret) >= 32)
);

INSERT INTO database.token_key (secret)
VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));
