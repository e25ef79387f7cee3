-- The transition tables of src/core/states.cpp, as data, and the triggers that hold them. A test compares both in every
-- cell.
SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

CREATE TABLE incident_transition (from_state text, to_state text, PRIMARY KEY (from_state, to_state));
INSERT INTO incident_transition VALUES
  ('reported', 'assessed'), ('reported', 'dismissed'),
  ('assessed', 'reported'), ('assessed', 'dismissed'),
  ('dismissed', 'reported'), ('dismissed', 'assessed'),
  ('assessed', 'contained'), ('assessed', 'recovered'), ('assessed', 'reviewed'), ('assessed', 'closed'),
  ('contained', 'recovered'), ('contained', 'reviewed'), ('contained', 'closed'),
  ('recovered', 'reviewed'), ('recovered', 'closed'),
  ('reviewed', 'closed'),
  ('contained', 'assessed'), ('recovered', 'assessed'), ('reviewed', 'assessed'), ('closed', 'assessed');

CREATE TABLE obligation_transition (from_state text, to_state text, PRIMARY KEY (from_state, to_state));
INSERT INTO obligation_transition VALUES
  ('open', 'fulfilled'), ('open', 'waived'), ('open', 'superseded'), ('superseded', 'open'), ('fulfilled', 'open');

CREATE TABLE message_transition (from_state text, to_state text, PRIMARY KEY (from_state, to_state));
INSERT INTO message_transition VALUES
  ('queued', 'sent'), ('queued', 'delivered'), ('queued', 'dead'),
  ('sent', 'delivered'), ('sent', 'dead'), ('dead', 'queued');

CREATE FUNCTION check_incident_transition() RETURNS trigger LANGUAGE plpgsql
SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM incident_transition WHERE from_state = OLD.state AND to_state = NEW.state) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_transition',
      MESSAGE = 'no such transition of an incident';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER incident_transition BEFORE UPDATE OF state ON incident FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION check_incident_transition();

CREATE FUNCTION check_obligation_transition() RETURNS trigger LANGUAGE plpgsql
SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM obligation_transition WHERE from_state = OLD.state AND to_state = NEW.state) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'obligation_transition',
      MESSAGE = 'no such transition of an obligation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER obligation_transition BEFORE UPDATE OF state ON obligation FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION check_obligation_transition();

CREATE FUNCTION check_message_transition() RETURNS trigger LANGUAGE plpgsql
SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM message_transition WHERE from_state = OLD.state AND to_state = NEW.state) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'message_transition',
      MESSAGE = 'no such transition of a message';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER message_transition BEFORE UPDATE OF state ON message FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION check_message_transition();
CREATE TRIGGER outbox_transition BEFORE UPDATE OF state ON outbox FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION check_message_transition();

-- What was written stays as it was written: the record and what was received know no change but the number that the
-- sequencer gives, once.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
    MESSAGE = 'this row is never changed';
END
$$;
CREATE TRIGGER event_unchangeable BEFORE UPDATE OF id, type, at, incident_id, organization, role, parties, subject, leaf
  ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_numbered_once BEFORE UPDATE OF sequence ON event FOR EACH ROW
  WHEN (OLD.sequence IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_stays BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_unchangeable BEFORE UPDATE OR DELETE ON report FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fulfillment_unchangeable BEFORE UPDATE OR DELETE ON fulfillment FOR EACH ROW
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER judgement_unchangeable BEFORE UPDATE OR DELETE ON judgement FOR EACH ROW
  EXECUTE FUNCTION refuse_change();

RESET ROLE;
