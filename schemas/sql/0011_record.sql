-- The record as evidence: the tree over the numbered events, what was signed of it, by which keys, and what witnesses
-- signed of that. Sealing follows numbering and shares nothing with it but the events: its own lease, its own token.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- A tree. Leaf 0 is the event numbered first_sequence; the tree of an origin ends where the next begins. A second one is
-- opened on an operator's word alone, after a restore that lost what had been signed.
CREATE TABLE record_origin (
  ordinal integer PRIMARY KEY CHECK (ordinal >= 1),
  name text NOT NULL UNIQUE CHECK (name ~ '^[!-*,-~]{1,200}$'),  -- no space, no '+' (C2SP signed-note)
  first_sequence bigint NOT NULL UNIQUE CHECK (first_sequence >= 0),
  opened_at timestamptz NOT NULL,
  event_id uuid REFERENCES event  -- record.continued; NULL for the first origin
);

-- Nodes of the tree (C2SP tlog-tiles): up to 256 hashes of level 8 * level, from index * 256 on.
CREATE TABLE record_tile (
  origin integer NOT NULL REFERENCES record_origin,
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
  index bigint NOT NULL CHECK (index >= 0),
  hashes bytea NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
  PRIMARY KEY (origin, level, index)
);
ALTER TABLE record_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;  -- hashes do not compress

-- How far the tree has grown, and who grows it: a lease with a fencing token, as of the sequencer (0006).
CREATE TABLE sealer (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  holder uuid,
  lease_until timestamptz,
  token bigint NOT NULL DEFAULT 0,
  origin integer REFERENCES record_origin,
  size bigint NOT NULL DEFAULT 0 CHECK (size >= 0),
  nodes bytea NOT NULL DEFAULT '' CHECK (length(nodes) % 32 = 0)  -- the compact range, largest first
);
INSERT INTO sealer DEFAULT VALUES;

-- What was signed. `note` is the whole signed note, without cosignatures.
CREATE TABLE checkpoint (
  origin integer NOT NULL REFERENCES record_origin,
  size bigint NOT NULL CHECK (size >= 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  signed_at timestamptz NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (origin, size)
);

-- Keys that sign checkpoints and receipts stand beside those of heartbeats (0009). A key that is retired signs no more;
-- what it signed before stays good.
ALTER TABLE signing_key
  DROP CONSTRAINT signing_key_purpose_check,
  ADD CONSTRAINT signing_key_purpose_check CHECK (purpose IN ('heartbeat', 'record')),
  ADD retired_at timestamptz,
  ADD event_id uuid REFERENCES event;  -- key.registered; NULL for keys of heartbeats

-- Who watches: cosigns what is consistent with all that it saw before (C2SP tlog-cosignature).
CREATE TABLE witness (
  name text PRIMARY KEY CHECK (name ~ '^[!-*,-~]{1,200}$'),
  public_key bytea NOT NULL UNIQUE CHECK (length(public_key) = 32),  -- Ed25519, raw
  added_at timestamptz NOT NULL,
  removed_at timestamptz
);
CREATE TABLE cosignature (
  origin integer NOT NULL,
  size bigint NOT NULL,
  witness text NOT NULL REFERENCES witness,
  line text NOT NULL CHECK (length(line) <= 1000),  -- the line of the note
  cosigned_at timestamptz NOT NULL,                  -- as the witness says
  received_at timestamptz NOT NULL,
  PRIMARY KEY (origin, size, witness),
  FOREIGN KEY (origin, size) REFERENCES checkpoint
);

CREATE TRIGGER checkpoint_unchangeable BEFORE UPDATE OR DELETE ON checkpoint FOR EACH ROW
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cosignature_unchangeable BEFORE UPDATE OR DELETE ON cosignature FOR EACH ROW
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER record_origin_unchangeable BEFORE UPDATE OR DELETE ON record_origin FOR EACH ROW
  EXECUTE FUNCTION refuse_change();

REVOKE ALL ON record_origin, record_tile, sealer, checkpoint, witness, cosignature FROM PUBLIC;

-- Roots, hashes of nodes and signatures tell of no body: whoever may read at all may check the record.
GRANT SELECT ON record_origin, record_tile, checkpoint, witness, cosignature TO noroshi_reader;
GRANT SELECT (origin, size) ON sealer TO noroshi_reader, noroshi_writer, noroshi_operator;
GRANT SELECT ON record_origin TO noroshi_writer, noroshi_operator;

-- The sealer reads leaves, and nothing that they commit to.
GRANT SELECT (leaf) ON event TO noroshi_sequencer;
GRANT SELECT ON record_origin, record_tile, sealer, checkpoint, signing_key TO noroshi_sequencer;
GRANT UPDATE ON sealer TO noroshi_sequencer;
GRANT INSERT, UPDATE ON record_tile TO noroshi_sequencer;
GRANT INSERT ON checkpoint TO noroshi_sequencer;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
