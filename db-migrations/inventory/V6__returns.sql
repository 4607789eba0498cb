-- What comes back is put where it was taken from: which also depends on what was filled later, and on what is back already.
CREATE INDEX movement_returns ON inventory.movement (reference) WHERE kind IN ('filled', 'restocked');
