-- Who responds to an incident (standard 2.1.1(7), 2.2.4(2)): assignments of a body's people, which the body alone sees.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

CREATE TABLE assignment (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,  -- whose CSIRT
  person uuid NOT NULL,        -- of its staff; its name as it was then
  name text NOT NULL CHECK (name <> ''),
  function text NOT NULL CHECK (function IN ('head', 'deputy', 'handler', 'external_contact')),
  trained boolean NOT NULL,    -- false: no valid training of a CSIRT (2.2.3(2)(c)) was on record
  replaces uuid REFERENCES assignment,
  note text NOT NULL,
  proposed_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('proposed', 'accepted', 'active', 'handed_over', 'released', 'declined')),
  accepted_at timestamptz,
  activated_at timestamptz,
  ended_at timestamptz,
  duty_until timestamptz,      -- of an active head: when the turn of duty ends; NULL: no roster says
  alarm_round integer NOT NULL CHECK (alarm_round >= 1),
  alarm_level integer NOT NULL CHECK (alarm_level >= 0),
  alarm_from timestamptz NOT NULL,
  revision integer NOT NULL CHECK (revision > 0),
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT assignment_active_began CHECK (state NOT IN ('active', 'handed_over') OR activated_at IS NOT NULL),
  CONSTRAINT assignment_ended_ends CHECK ((state IN ('handed_over', 'released', 'declined')) = (ended_at IS NOT NULL)),
  CONSTRAINT assignment_replaces_another CHECK (replaces <> id)
);
CREATE INDEX assignment_of_incident ON assignment (incident_id);
CREATE INDEX assignment_of_person ON assignment (person) WHERE state = 'active';
CREATE UNIQUE INDEX assignment_one_live ON assignment (incident_id, organization, person)
  WHERE state IN ('proposed', 'accepted', 'active');
CREATE UNIQUE INDEX assignment_one_head ON assignment (incident_id, organization)
  WHERE function = 'head' AND state = 'active';
CREATE UNIQUE INDEX assignment_one_offer ON assignment (replaces)
  WHERE replaces IS NOT NULL AND state IN ('proposed', 'accepted', 'active');
-- What a person wrote leaves no samples in pg_statistic (0016).
ALTER TABLE assignment ALTER note SET STATISTICS 0;

-- Of src/core/states.cpp, as in 0003.
CREATE TABLE assignment_transition (from_state text, to_state text, PRIMARY KEY (from_state, to_state));
INSERT INTO assignment_transition VALUES
  ('proposed', 'accepted'), ('proposed', 'declined'), ('proposed', 'released'),
  ('accepted', 'declined'), ('accepted', 'active'), ('accepted', 'released'),
  ('active', 'handed_over'), ('active', 'released');
CREATE FUNCTION check_assignment_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = noroshi, pg_temp AS $$
DECLARE
  before record := OLD;
BEGIN
  -- A hand-over is accepted and begins at once: both in one decision.
  IF NEW.state <> OLD.state
      AND NOT EXISTS (SELECT FROM assignment_transition WHERE from_state = OLD.state AND to_state = NEW.state)
      AND NOT (OLD.state = 'proposed' AND NEW.state = 'active' AND NEW.replaces IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_transition',
      MESSAGE = 'no such transition of an assignment';
  END IF;
  -- Who, of what and as what stays as it was proposed; its note until it is erased.
  before.state := NEW.state;
  before.accepted_at := NEW.accepted_at;
  before.activated_at := NEW.activated_at;
  before.ended_at := NEW.ended_at;
  before.duty_until := NEW.duty_until;
  before.alarm_round := NEW.alarm_round;
  before.alarm_level := NEW.alarm_level;
  before.alarm_from := NEW.alarm_from;
  before.revision := NEW.revision;
  before.event_id := NEW.event_id;
  IF erasing(OLD.incident_id) THEN
    before.note := erased_text(OLD.note);
  END IF;
  IF NEW IS DISTINCT FROM before THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
      MESSAGE = 'this row is never changed';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER assignment_transition BEFORE UPDATE ON assignment FOR EACH ROW EXECUTE FUNCTION check_assignment_change();
CREATE TRIGGER assignment_stays BEFORE DELETE ON assignment FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION check_assignment_begins() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_transition',
    MESSAGE = 'an assignment begins as a proposal';
END
$$;
CREATE TRIGGER assignment_begins BEFORE INSERT ON assignment FOR EACH ROW WHEN (NEW.state <> 'proposed')
  EXECUTE FUNCTION check_assignment_begins();

ALTER TABLE assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE assignment FORCE ROW LEVEL SECURITY;
REVOKE ALL ON assignment, assignment_transition FROM PUBLIC;
CREATE POLICY apply ON assignment TO noroshi_apply USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON assignment TO noroshi_apply;
GRANT UPDATE (note, state, accepted_at, activated_at, ended_at, duty_until, alarm_round, alarm_level, alarm_from, revision,
  event_id) ON assignment TO noroshi_apply;
GRANT SELECT ON assignment_transition TO noroshi_apply;
CREATE POLICY locked ON assignment FOR SELECT TO noroshi_writer
  USING (incident_id = ANY ((SELECT locked_incidents())::uuid[]));
-- A body's own, where it sees the case: other bodies of the case see who responds there as little as strangers do.
CREATE POLICY own ON assignment FOR SELECT TO noroshi_reader USING (
  organization = (SELECT caller()) AND EXISTS (
    SELECT FROM incident_access a
    WHERE a.incident_id = assignment.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'));
GRANT SELECT ON assignment TO noroshi_writer, noroshi_reader;

ALTER TABLE alarm DROP CONSTRAINT alarm_clock_check,
  ADD CONSTRAINT alarm_clock_check CHECK (clock IN ('duty', 'acknowledgement', 'followup', 'handover'));

-- As in 0016, with names of people: who responded is told for as long as the record is kept.
CREATE OR REPLACE FUNCTION outlives_erasure(type text, field text) RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = noroshi, pg_temp AS $$
  SELECT field IN ('actor_name', 'acknowledged_by', 'by', 'because', 'name')
      OR field = 'reference' AND type IN ('incident.opened', 'report.received')
      OR field = 'reason' AND (type = 'obligation.superseded' OR type LIKE 'alarm.%' OR type LIKE 'erasure.%')
$$;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- A response never loses its head but to another or to the end of the case. Looked at when all of a decision is stored.
CREATE FUNCTION refuse_headless() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM incident i WHERE i.id = NEW.incident_id AND i.state NOT IN ('closed', 'dismissed'))
      AND NOT EXISTS (
        SELECT FROM assignment a WHERE a.incident_id = NEW.incident_id AND a.organization = NEW.organization
          AND a.function = 'head' AND a.state = 'active') THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'assignment_has_head',
      MESSAGE = 'a response is never without its head';
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION refuse_headless() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refuse_headless() TO noroshi_owner;

-- Where the roster of who leads a response changes, his clock is looked at anew.
CREATE FUNCTION look_at_handovers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  UPDATE incident_clock c SET rings_at = least(c.rings_at, clock())
    WHERE c.incident_id IN (
      SELECT a.incident_id FROM assignment a
      WHERE a.person = NEW.person AND a.function = 'head' AND a.state = 'active');
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION look_at_handovers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION look_at_handovers() TO noroshi_owner;

-- Those that end first, so that who takes over finds the place free.
CREATE OR REPLACE FUNCTION apply_assignments(decided jsonb) RETURNS void LANGUAGE plpgsql
SET search_path = noroshi, pg_temp AS $$
BEGIN
  UPDATE assignment t SET note = a.note, state = a.state, accepted_at = a.accepted_at, activated_at = a.activated_at,
      ended_at = a.ended_at, duty_until = a.duty_until, alarm_round = a.alarm_round, alarm_level = a.alarm_level,
      alarm_from = a.alarm_from, revision = a.revision, event_id = a.event_id
    FROM jsonb_to_recordset(decided->'assignments') AS a(id uuid, note text, state text, accepted_at timestamptz,
      activated_at timestamptz, ended_at timestamptz, duty_until timestamptz, alarm_round integer, alarm_level integer,
      alarm_from timestamptz, revision integer, event_id uuid)
    WHERE t.id = a.id AND a.ended_at IS NOT NULL;
  UPDATE assignment t SET note = a.note, state = a.state, accepted_at = a.accepted_at, activated_at = a.activated_at,
      ended_at = a.ended_at, duty_until = a.duty_until, alarm_round = a.alarm_round, alarm_level = a.alarm_level,
      alarm_from = a.alarm_from, revision = a.revision, event_id = a.event_id
    FROM jsonb_to_recordset(decided->'assignments') AS a(id uuid, note text, state text, accepted_at timestamptz,
      activated_at timestamptz, ended_at timestamptz, duty_until timestamptz, alarm_round integer, alarm_level integer,
      alarm_from timestamptz, revision integer, event_id uuid)
    WHERE t.id = a.id AND a.ended_at IS NULL;
  INSERT INTO assignment (id, incident_id, organization, person, name, function, trained, replaces, note, proposed_at, state,
      accepted_at, activated_at, ended_at, duty_until, alarm_round, alarm_level, alarm_from, revision, event_id)
    SELECT id, incident_id, organization, person, name, function, trained, replaces, note, proposed_at, state, accepted_at,
      activated_at, ended_at, duty_until, alarm_round, alarm_level, alarm_from, revision, event_id
    FROM jsonb_to_recordset(decided->'assignments') AS a(id uuid, incident_id uuid, organization text, person uuid,
      name text, function text, trained boolean, replaces uuid, note text, proposed_at timestamptz, state text,
      accepted_at timestamptz, activated_at timestamptz, ended_at timestamptz, duty_until timestamptz,
      alarm_round integer, alarm_level integer, alarm_from timestamptz, revision integer, event_id uuid)
    WHERE NOT EXISTS (SELECT FROM assignment t WHERE t.id = a.id);
END
$$;

CREATE OR REPLACE FUNCTION assignment_act_is_there(type text, incident uuid, subject uuid) RETURNS boolean LANGUAGE sql
SET search_path = noroshi, pg_temp AS $$
  SELECT type LIKE 'assignment.%' AND EXISTS (SELECT FROM assignment t WHERE t.id = subject AND t.incident_id = incident)
$$;

-- As in 0016, with the notes of assignments.
CREATE OR REPLACE FUNCTION erase_content(incident uuid, erasure uuid, erased text) RETURNS void
LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM refuse_hasty_erasure(erasure);
  PERFORM set_config('noroshi.erasing', erasure::text, true);
  DELETE FROM event_opening o USING event e
    WHERE e.incident_id = incident AND o.event_id = e.id AND NOT outlives_erasure(e.type, o.field);
  UPDATE report r SET bytes = '', length = 0, sha256 = NULL, document = 'erased', changes = 'erased',
      erased_at = erased::timestamptz
    WHERE r.incident_id = incident;
  UPDATE judgement j SET assessment_reason = erased_text(assessment_reason),
      cyberattack_reason = erased_text(cyberattack_reason)
    WHERE j.incident_id = incident;
  UPDATE fulfillment f SET note = erased_text(note), reference = erased_text(reference) WHERE f.incident_id = incident;
  UPDATE added_recipient a SET reason = erased_text(reason) WHERE a.incident_id = incident;
  UPDATE waiver w SET reason = erased_text(reason), decision_reason = erased_text(decision_reason)
    WHERE w.incident_id = incident;
  UPDATE message m SET note = erased_text(note), acknowledgement_note = erased_text(acknowledgement_note)
    WHERE m.incident_id = incident;
  UPDATE assignment s SET note = erased_text(note) WHERE s.incident_id = incident;
  UPDATE idempotency k SET request_sha256 = NULL, body = convert_to(jsonb_strip_nulls(jsonb_build_object(
      'erased', true, 'erased_at', erased, 'incident', jsonb_build_object('id', i.id, 'number', i.number),
      'receipt', (convert_from(k.body, 'UTF8')::jsonb->'receipt') - ARRAY['sha256', 'signature']))::text, 'UTF8')
    FROM incident i WHERE i.id = incident AND k.incident_id = incident;
  PERFORM set_config('noroshi.erasing', '', true);
END
$$;
RESET ROLE;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
CREATE CONSTRAINT TRIGGER assignment_has_head AFTER UPDATE OF state ON assignment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.state = 'active' AND OLD.function = 'head' AND NEW.state <> 'active') EXECUTE FUNCTION refuse_headless();
CREATE TRIGGER shift_moves_handovers AFTER INSERT OR UPDATE ON shift FOR EACH ROW EXECUTE FUNCTION look_at_handovers();
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
