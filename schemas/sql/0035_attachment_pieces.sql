-- The bytes of files that go with an incident, in pieces: they are written as they arrive, each committed by itself, under the id
-- of a file that is not there yet. The event that adds the file (attachment, 0029) makes them readable, all at once; what was
-- cut off before that is seen by nobody, and swept away.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

CREATE TABLE attachment_piece (
  attachment_id uuid NOT NULL,  -- of a file that may still be on its way
  place integer NOT NULL CHECK (place BETWEEN 0 AND 255),
  bytes bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 262144),
  PRIMARY KEY (attachment_id, place)
);
-- Nobody knows what they are, so they are not compressed; ANALYZE takes no samples of them (0016).
ALTER TABLE attachment_piece ALTER bytes SET STORAGE EXTERNAL, ALTER bytes SET STATISTICS 0;

ALTER TABLE attachment_piece ENABLE ROW LEVEL SECURITY;
ALTER TABLE attachment_piece FORCE ROW LEVEL SECURITY;
REVOKE ALL ON attachment_piece FROM PUBLIC;
CREATE POLICY apply ON attachment_piece TO noroshi_apply USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON attachment_piece TO noroshi_apply;
-- Whoever sees the file: by the policy of its row.
CREATE POLICY of_attachment ON attachment_piece FOR SELECT TO noroshi_reader
  USING (EXISTS (SELECT FROM attachment a WHERE a.id = attachment_piece.attachment_id));
GRANT SELECT ON attachment_piece TO noroshi_reader;

RESET ROLE;
SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- One at a time adds to a file or makes it readable.
CREATE FUNCTION lock_attachment(attachment uuid) RETURNS void LANGUAGE sql SET search_path = noroshi, pg_temp AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('attachment ' || attachment, 0))
$$;

CREATE FUNCTION keep_attachment_piece(attachment uuid, at_place integer, piece bytea) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM lock_attachment(attachment);
  IF EXISTS (SELECT FROM attachment a WHERE a.id = attachment) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'attachment_is_whole',
      MESSAGE = 'nothing is added to a file that is there';
  END IF;
  INSERT INTO attachment_piece (attachment_id, place, bytes) VALUES (attachment, at_place, piece);
END
$$;

-- Of a file that was not added: refused, or cut off.
CREATE FUNCTION drop_attachment_pieces(attachment uuid) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM lock_attachment(attachment);
  DELETE FROM attachment_piece p WHERE p.attachment_id = attachment
    AND NOT EXISTS (SELECT FROM attachment a WHERE a.id = attachment);
END
$$;

-- Of all that were begun before that id was given (RFC 9562, version 7: ids rise with time); how many files. A few at a time.
CREATE FUNCTION sweep_attachment_pieces(before uuid) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  swept bigint := 0;
  attachment uuid;
BEGIN
  FOR attachment IN SELECT DISTINCT p.attachment_id FROM attachment_piece p WHERE p.attachment_id < before
      AND NOT EXISTS (SELECT FROM attachment a WHERE a.id = p.attachment_id) LIMIT 16 LOOP
    PERFORM drop_attachment_pieces(attachment);
    swept := swept + 1;
  END LOOP;
  RETURN swept;
END
$$;
REVOKE ALL ON FUNCTION lock_attachment(uuid), keep_attachment_piece(uuid, integer, bytea), drop_attachment_pieces(uuid),
  sweep_attachment_pieces(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_attachment_piece(uuid, integer, bytea), drop_attachment_pieces(uuid),
  sweep_attachment_pieces(uuid) TO noroshi_writer;

-- A file is there with all of its bytes, or not at all; its bytes go with an erasure alone.
CREATE FUNCTION attachment_has_its_bytes() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  pieces bigint;
  length bigint;
  last integer;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.sha256 <> OLD.sha256 THEN
      DELETE FROM attachment_piece p WHERE p.attachment_id = NEW.id;
    END IF;
    RETURN NULL;
  END IF;
  PERFORM lock_attachment(NEW.id);
  SELECT count(*), coalesce(sum(octet_length(p.bytes)), 0), max(p.place) INTO pieces, length, last
    FROM attachment_piece p WHERE p.attachment_id = NEW.id;
  IF length <> NEW.size OR last IS DISTINCT FROM pieces - 1 THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'attachment_is_whole',
      MESSAGE = 'a file is added with all of its bytes';
  END IF;
  RETURN NULL;
END
$$;
RESET ROLE;
SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
CREATE TRIGGER attachment_is_whole AFTER INSERT OR UPDATE ON attachment FOR EACH ROW
  EXECUTE FUNCTION attachment_has_its_bytes();

CREATE FUNCTION refuse_change_of_attachment_piece() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM attachment a WHERE a.id = OLD.attachment_id AND NOT erasing(a.incident_id)) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'attachment_is_whole',
    MESSAGE = 'the bytes of a file stay as they are';
END
$$;
CREATE TRIGGER attachment_piece_unchangeable BEFORE UPDATE OR DELETE ON attachment_piece FOR EACH ROW
  EXECUTE FUNCTION refuse_change_of_attachment_piece();
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
