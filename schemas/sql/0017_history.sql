-- Beside each checkpoint a signed statement of what was kept before it (src/record/history.h): a checkpoint or a cosignature
-- that is taken away, or a time beside one that is changed, contradicts it.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- NULL only where it was kept before there were histories: the first history speaks of all rows before it.
ALTER TABLE checkpoint
  ADD history text,
  ADD CONSTRAINT checkpoint_has_history CHECK (history IS NOT NULL) NOT VALID;

-- In which order cosignatures came: 1, 2, … without a gap. They become visible in this order.
ALTER TABLE cosignature ADD number bigint CHECK (number >= 1);
ALTER TABLE cosignature DISABLE TRIGGER cosignature_unchangeable;
UPDATE cosignature c SET number = n.number
  FROM (SELECT origin, size, witness, row_number() OVER (ORDER BY received_at, origin, size, witness) AS number
        FROM cosignature) AS n
  WHERE c.origin = n.origin AND c.size = n.size AND c.witness = n.witness;
ALTER TABLE cosignature ENABLE TRIGGER cosignature_unchangeable;
ALTER TABLE cosignature
  ALTER number SET NOT NULL,
  ADD CONSTRAINT cosignature_number UNIQUE (number);

-- The sealer states what it has read.
GRANT SELECT ON cosignature TO noroshi_sequencer;

DROP FUNCTION keep_checkpoint(bigint, integer, bigint, bytea, text);

-- As in 0012, with the time that the history states and the history.
CREATE FUNCTION keep_checkpoint(held_token bigint, of_origin integer, of_size bigint, of_root bytea, signed text,
                                at timestamptz, kept_before text)
RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM FROM sealer WHERE token = held_token AND origin = of_origin AND size >= of_size FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO checkpoint (origin, size, root, signed_at, note, history)
    VALUES (of_origin, of_size, of_root, at, signed, kept_before)
    ON CONFLICT (origin, size) DO NOTHING;
  IF EXISTS (SELECT FROM checkpoint c WHERE c.origin = of_origin AND c.size = of_size AND c.root <> of_root) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'checkpoint_contradicts',
      MESSAGE = 'this size of the tree was signed with another root';
  END IF;
  PERFORM pg_notify('noroshi_checkpoint', '');
  RETURN true;
END
$$;
REVOKE ALL ON FUNCTION keep_checkpoint(bigint, integer, bigint, bytea, text, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_checkpoint(bigint, integer, bigint, bytea, text, timestamptz, text) TO noroshi_sequencer;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- As in 0013, with a number. The lock is held until the commit, so that whoever sees a number sees all before it.
CREATE OR REPLACE FUNCTION keep_cosignature(of_origin integer, of_size bigint, by_witness text, note_line text,
                                            at timestamptz)
RETURNS timestamptz LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  kept timestamptz;
BEGIN
  PERFORM 1 FROM witness w WHERE w.name = by_witness AND w.removed_at IS NULL;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('cosignature', 0));
  INSERT INTO cosignature (origin, size, witness, line, cosigned_at, received_at, number)
    SELECT of_origin, of_size, by_witness, note_line, at, clock(), coalesce(max(c.number), 0) + 1 FROM cosignature c
    ON CONFLICT (origin, size, witness) DO NOTHING;
  SELECT c.cosigned_at INTO kept FROM cosignature c
    WHERE c.origin = of_origin AND c.size = of_size AND c.witness = by_witness;
  RETURN kept;
END
$$;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
