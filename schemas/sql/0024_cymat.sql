-- CYMAT (standard 1.3, 2.1.1(7)(d), 2.2.4(2)(m)): requests, teams, what they wrote. Who serves sees the case as a body of his
-- own, "cymat/<person>", in place of his team, "cymat/<request>", and only while he serves.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

CREATE TABLE cymat_request (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,  -- who asks
  supported text NOT NULL,     -- whose incident
  through text NOT NULL,       -- the agency that forwards for a corporation; '' an agency asked itself
  center text NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  priority text NOT NULL CHECK (priority IN ('normal', 'high', 'urgent')),
  state text NOT NULL CHECK (state IN ('requested', 'received', 'decided', 'formed', 'dispatched', 'active', 'ended',
    'reported')),
  requested_at timestamptz NOT NULL,
  requested_by_name text NOT NULL,
  forwarded_at timestamptz,
  received_at timestamptz,
  ruling text CHECK (ruling IN ('dispatch', 'advice', 'declined')),
  united_response boolean NOT NULL,  -- 「政府として一体となった対応が必要」
  decision_reason text NOT NULL,
  decided_at timestamptz,
  decided_by_name text NOT NULL DEFAULT '',
  dispatched_at timestamptz,
  ended_at timestamptz,
  end_reason text NOT NULL,
  report text NOT NULL,
  revision integer NOT NULL CHECK (revision > 0),
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT cymat_request_ruled CHECK ((ruling IS NULL) = (state IN ('requested', 'received'))
    AND (ruling IS NULL) = (decided_at IS NULL)),
  CONSTRAINT cymat_request_goes_on_as_ruled CHECK (CASE
    WHEN state IN ('formed', 'dispatched', 'active') THEN ruling = 'dispatch'
    WHEN state IN ('ended', 'reported') THEN ruling <> 'declined' ELSE true END),
  CONSTRAINT cymat_request_united_response CHECK (ruling IS DISTINCT FROM 'dispatch' OR united_response),
  CONSTRAINT cymat_request_forwarded CHECK (through <> '' OR forwarded_at IS NULL),
  CONSTRAINT cymat_request_received_when_forwarded CHECK (through = '' OR state = 'requested' OR forwarded_at IS NOT NULL)
);
CREATE INDEX cymat_request_of_incident ON cymat_request (incident_id);
CREATE INDEX cymat_request_of_center ON cymat_request (center);
CREATE UNIQUE INDEX cymat_request_one_open ON cymat_request (incident_id)
  WHERE ruling IS DISTINCT FROM 'declined' AND state NOT IN ('ended', 'reported');

CREATE TABLE cymat_member (
  id uuid PRIMARY KEY,
  request_id uuid NOT NULL REFERENCES cymat_request,
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,  -- the home agency
  person uuid NOT NULL,
  name text NOT NULL,
  lead boolean NOT NULL,
  trained boolean NOT NULL,
  cleared boolean NOT NULL,
  of_affected_body boolean NOT NULL,
  state text NOT NULL CHECK (state IN ('proposed', 'agreed', 'refused', 'withdrawn', 'serving', 'ended')),
  reason text NOT NULL,        -- why refused or withdrawn
  proposed_at timestamptz NOT NULL,
  since timestamptz,
  until timestamptz,
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT cymat_member_person FOREIGN KEY (person, organization) REFERENCES person (id, organization),
  CONSTRAINT cymat_member_serves CHECK ((state = 'serving') = (since IS NOT NULL AND until IS NULL))
);
CREATE INDEX cymat_member_of_request ON cymat_member (request_id);
CREATE INDEX cymat_member_of_incident ON cymat_member (incident_id);
CREATE INDEX cymat_member_of_organization ON cymat_member (organization);
-- A person is of one team at a time, from the proposal on.
CREATE UNIQUE INDEX cymat_member_once ON cymat_member (person) WHERE state IN ('proposed', 'agreed', 'serving');
CREATE UNIQUE INDEX cymat_member_one_lead ON cymat_member (request_id)
  WHERE lead AND state IN ('proposed', 'agreed', 'serving');

CREATE TABLE cymat_entry (
  id uuid PRIMARY KEY,
  request_id uuid NOT NULL REFERENCES cymat_request,
  incident_id uuid NOT NULL REFERENCES incident,
  kind text NOT NULL CHECK (kind IN ('work', 'advice', 'information', 'information_asked')),
  text text NOT NULL CHECK (text <> ''),
  confidentiality integer NOT NULL CHECK (confidentiality BETWEEN 0 AND 2),  -- 機密性3 is not held here
  organization text NOT NULL,
  name text NOT NULL,
  at timestamptz NOT NULL,
  event_id uuid NOT NULL REFERENCES event
);
CREATE INDEX cymat_entry_of_request ON cymat_entry (request_id, at);
CREATE INDEX cymat_entry_of_incident ON cymat_entry (incident_id);
ALTER TABLE cymat_request ALTER reason SET STATISTICS 0, ALTER decision_reason SET STATISTICS 0,
  ALTER end_reason SET STATISTICS 0, ALTER report SET STATISTICS 0;
ALTER TABLE cymat_member ALTER reason SET STATISTICS 0;
ALTER TABLE cymat_entry ALTER text SET STATISTICS 0;

-- The transition table of src/core/states.cpp, with the ruling ('': none yet). A test compares both in every cell.
CREATE TABLE cymat_transition (from_state text, from_ruling text, to_state text, to_ruling text,
  PRIMARY KEY (from_state, from_ruling, to_state, to_ruling));
INSERT INTO cymat_transition VALUES
  ('requested', '', 'received', ''),
  ('received', '', 'decided', 'dispatch'), ('received', '', 'decided', 'advice'), ('received', '', 'decided', 'declined'),
  ('decided', 'advice', 'decided', 'dispatch'), ('decided', 'declined', 'decided', 'dispatch'),
  ('decided', 'dispatch', 'formed', 'dispatch'), ('formed', 'dispatch', 'dispatched', 'dispatch'),
  ('dispatched', 'dispatch', 'active', 'dispatch'),
  ('decided', 'dispatch', 'ended', 'dispatch'), ('decided', 'advice', 'ended', 'advice'),
  ('formed', 'dispatch', 'ended', 'dispatch'), ('dispatched', 'dispatch', 'ended', 'dispatch'),
  ('active', 'dispatch', 'ended', 'dispatch'),
  ('ended', 'dispatch', 'reported', 'dispatch'), ('ended', 'advice', 'reported', 'advice');
CREATE TABLE cymat_member_transition (from_state text, to_state text, PRIMARY KEY (from_state, to_state));
INSERT INTO cymat_member_transition VALUES
  ('proposed', 'agreed'), ('proposed', 'refused'), ('proposed', 'withdrawn'), ('proposed', 'ended'),
  ('agreed', 'serving'), ('agreed', 'withdrawn'), ('agreed', 'ended'), ('serving', 'withdrawn'), ('serving', 'ended');
GRANT SELECT ON cymat_transition, cymat_member_transition TO noroshi_apply, noroshi_writer, noroshi_reader;

CREATE FUNCTION check_cymat_transition() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM cymat_transition
                 WHERE from_state = OLD.state AND from_ruling = coalesce(OLD.ruling, '')
                   AND to_state = NEW.state AND to_ruling = coalesce(NEW.ruling, '')) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'cymat_transition',
      MESSAGE = 'no such transition of a request for CYMAT';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER cymat_transition BEFORE UPDATE OF state, ruling ON cymat_request FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.ruling IS DISTINCT FROM NEW.ruling)
  EXECUTE FUNCTION check_cymat_transition();
CREATE FUNCTION check_cymat_member_transition() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM cymat_member_transition WHERE from_state = OLD.state AND to_state = NEW.state) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'cymat_member_transition',
      MESSAGE = 'no such transition of a member of CYMAT';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER cymat_member_transition BEFORE UPDATE OF state ON cymat_member FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION check_cymat_member_transition();

-- Who asked whom for whom stays, and so does who a member is.
CREATE FUNCTION refuse_other_cymat() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    NULL;
  ELSIF TG_TABLE_NAME = 'cymat_request' THEN
    IF (OLD.id, OLD.incident_id, OLD.organization, OLD.supported, OLD.through, OLD.center, OLD.requested_at)
        = (NEW.id, NEW.incident_id, NEW.organization, NEW.supported, NEW.through, NEW.center, NEW.requested_at) THEN
      RETURN NEW;
    END IF;
  ELSIF (OLD.id, OLD.request_id, OLD.incident_id, OLD.organization, OLD.person, OLD.name, OLD.lead, OLD.trained,
         OLD.cleared, OLD.of_affected_body)
      = (NEW.id, NEW.request_id, NEW.incident_id, NEW.organization, NEW.person, NEW.name, NEW.lead, NEW.trained,
         NEW.cleared, NEW.of_affected_body) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
    MESSAGE = 'this row is never changed';
END
$$;
CREATE TRIGGER cymat_request_unchangeable BEFORE UPDATE OR DELETE ON cymat_request FOR EACH ROW
  EXECUTE FUNCTION refuse_other_cymat();
CREATE TRIGGER cymat_member_unchangeable BEFORE UPDATE OR DELETE ON cymat_member FOR EACH ROW
  EXECUTE FUNCTION refuse_other_cymat();
CREATE FUNCTION refuse_change_of_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  before record := OLD;
BEGIN
  IF TG_OP = 'UPDATE' AND erasing(OLD.incident_id) THEN
    before.text := erased_text(OLD.text);
    IF NEW IS NOT DISTINCT FROM before THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
    MESSAGE = 'this row is never changed';
END
$$;
CREATE TRIGGER cymat_entry_unchangeable BEFORE UPDATE OR DELETE ON cymat_entry FOR EACH ROW
  EXECUTE FUNCTION refuse_change_of_entry();

-- What a body sees stays with it; only the seat of a member of CYMAT is taken away.
CREATE FUNCTION refuse_loss_of_access() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF OLD.organization LIKE 'cymat/%' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
    MESSAGE = 'this row is never changed';
END
$$;
CREATE TRIGGER incident_access_stays BEFORE DELETE ON incident_access FOR EACH ROW EXECUTE FUNCTION refuse_loss_of_access();
GRANT DELETE ON incident_access TO noroshi_apply;

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['cymat_request', 'cymat_member', 'cymat_entry'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', table_name);
    EXECUTE format('CREATE POLICY apply ON %I TO noroshi_apply USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO noroshi_apply', table_name);
    EXECUTE format('CREATE POLICY locked ON %I FOR SELECT TO noroshi_writer'
      ' USING (incident_id = ANY ((SELECT locked_incidents())::uuid[]))', table_name);
    EXECUTE format('GRANT SELECT ON %I TO noroshi_writer, noroshi_reader', table_name);
  END LOOP;
END
$$;
GRANT UPDATE ON cymat_request, cymat_member TO noroshi_apply;
GRANT UPDATE (text) ON cymat_entry TO noroshi_apply;

-- Who asked, whose incident it is, who forwards, the centre, the team: of those who see the case.
CREATE POLICY party ON cymat_request FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = cymat_request.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND a.stands_for && ARRAY[cymat_request.organization, cymat_request.supported, cymat_request.through,
                              cymat_request.center, 'cymat/' || cymat_request.id]));
-- The home agency sees its own person, not the case.
CREATE POLICY party ON cymat_member FOR SELECT TO noroshi_reader USING (
  organization = (SELECT caller()) OR EXISTS (SELECT FROM cymat_request r WHERE r.id = cymat_member.request_id));
CREATE POLICY party ON cymat_entry FOR SELECT TO noroshi_reader USING (
  EXISTS (SELECT FROM cymat_request r WHERE r.id = cymat_entry.request_id));

-- Whether the operator issued the body a token of the centre's desk, which fits no other kind of body.
CREATE FUNCTION is_center(body text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT EXISTS (SELECT FROM token t WHERE t.organization = body AND t.role = 'center_liaison' AND t.revoked_at IS NULL)
$$;
REVOKE ALL ON FUNCTION is_center(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_center(text) TO noroshi_apply;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- The case that a request is of, so that a command on it can be decided.
CREATE FUNCTION incident_of_cymat_request(request uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT incident_id FROM cymat_request WHERE id = request
$$;
-- Who of the staffs that are locked is in a team, whatever the case: person and request, nothing else.
CREATE FUNCTION cymat_serving() RETURNS TABLE (person uuid, request_id uuid) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT m.person, m.request_id FROM cymat_member m
  WHERE m.state IN ('proposed', 'agreed', 'serving') AND m.organization = ANY ((SELECT locked_staffs())::text[])
$$;
-- For the home agency of a member: which request, whom it supports, how far it is. Nothing of the case.
CREATE FUNCTION cymat_requests_of_home() RETURNS TABLE (id uuid, supported text, center text, priority text, state text,
  requested_at timestamptz, revision integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT r.id, r.supported, r.center, r.priority, r.state, r.requested_at, r.revision FROM cymat_request r
  WHERE EXISTS (SELECT FROM cymat_member m WHERE m.request_id = r.id AND m.organization = (SELECT caller()))
$$;
-- For a centre: who is named as a member of CYMAT, and is free or not. Nothing else of other bodies' staff.
CREATE FUNCTION cymat_pool() RETURNS TABLE (person uuid, organization text, name text, trained boolean, cleared boolean,
  busy boolean, request_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT p.id, p.organization, p.name,
         EXISTS (SELECT FROM training t WHERE t.person = p.id AND t.kind = 'cymat'
                   AND t.completed_at <= clock() AND clock() < t.valid_until),
         p.cleared, m.id IS NOT NULL, r.id
  FROM person p
  LEFT JOIN cymat_member m ON m.person = p.id AND m.state IN ('proposed', 'agreed', 'serving')
  LEFT JOIN cymat_request r ON r.id = m.request_id AND r.center = (SELECT caller())
  WHERE p.left_at IS NULL AND (SELECT is_center((SELECT caller())))
    AND EXISTS (SELECT FROM appointment a WHERE a.person = p.id AND a.post = 'cymat_member'
                  AND a.valid_from <= clock()
                  AND clock() < least(coalesce(a.valid_until, 'infinity'), coalesce(a.ended_at, 'infinity')))
$$;

-- A seat is there while its person serves in that case, and only then.
CREATE FUNCTION check_cymat_seat() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
DECLARE
  wrong boolean;
BEGIN
  IF TG_TABLE_NAME = 'incident_access' THEN
    wrong := EXISTS (SELECT FROM incident_access a
        WHERE a.incident_id = NEW.incident_id AND a.organization = NEW.organization)
      AND NOT EXISTS (SELECT FROM cymat_member m
        WHERE m.incident_id = NEW.incident_id AND 'cymat/' || m.person = NEW.organization AND m.state = 'serving');
  ELSE
    wrong := EXISTS (SELECT FROM incident_access a
        WHERE a.incident_id = NEW.incident_id AND a.organization = 'cymat/' || NEW.person)
      AND NOT EXISTS (SELECT FROM cymat_member m
        WHERE m.incident_id = NEW.incident_id AND m.person = NEW.person AND m.state = 'serving');
  END IF;
  IF wrong THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cymat_seat_while_serving',
      MESSAGE = 'a member of CYMAT sees a case while he serves in it';
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION apply_cymat(decided jsonb) RETURNS void LANGUAGE plpgsql
SET search_path = noroshi, pg_temp AS $$
DECLARE
  erased record;
BEGIN
  INSERT INTO cymat_request (id, incident_id, organization, supported, through, center, reason, priority, state,
      requested_at, requested_by_name, forwarded_at, received_at, ruling, united_response, decision_reason, decided_at,
      dispatched_at, ended_at, end_reason, report, revision, event_id)
    SELECT id, incident_id, organization, supported, through, center, reason, priority, state, requested_at,
      requested_by_name, forwarded_at, received_at, ruling, united_response, decision_reason, decided_at, dispatched_at,
      ended_at, end_reason, report, revision, event_id
    FROM jsonb_to_recordset(decided->'cymat_requests') AS r(id uuid, incident_id uuid, organization text, supported text,
      through text, center text, reason text, priority text, state text, requested_at timestamptz, requested_by_name text,
      forwarded_at timestamptz, received_at timestamptz, ruling text, united_response boolean, decision_reason text,
      decided_at timestamptz, dispatched_at timestamptz, ended_at timestamptz, end_reason text, report text,
      revision integer, event_id uuid)
  ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, forwarded_at = EXCLUDED.forwarded_at,
      received_at = EXCLUDED.received_at, ruling = EXCLUDED.ruling, united_response = EXCLUDED.united_response,
      decision_reason = EXCLUDED.decision_reason, decided_at = EXCLUDED.decided_at,
      dispatched_at = EXCLUDED.dispatched_at, ended_at = EXCLUDED.ended_at, end_reason = EXCLUDED.end_reason,
      report = EXCLUDED.report, revision = EXCLUDED.revision, event_id = EXCLUDED.event_id;
  UPDATE cymat_request SET decided_by_name = d.decided_by_name
    FROM jsonb_to_recordset(decided->'cymat_rulings') AS d(id uuid, decided_by_name text)
    WHERE cymat_request.id = d.id;
  INSERT INTO cymat_member (id, request_id, incident_id, organization, person, name, lead, trained, cleared,
      of_affected_body, state, reason, proposed_at, since, until, event_id)
    SELECT id, request_id, incident_id, organization, person, name, lead, trained, cleared, of_affected_body, state,
      reason, proposed_at, since, until, event_id
    FROM jsonb_to_recordset(decided->'cymat_members') AS m(id uuid, request_id uuid, incident_id uuid, organization text,
      person uuid, name text, lead boolean, trained boolean, cleared boolean, of_affected_body boolean, state text,
      reason text, proposed_at timestamptz, since timestamptz, until timestamptz, event_id uuid)
  ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason, since = EXCLUDED.since,
      until = EXCLUDED.until, event_id = EXCLUDED.event_id;
  INSERT INTO cymat_entry (id, request_id, incident_id, kind, text, confidentiality, organization, name, at, event_id)
    SELECT id, request_id, incident_id, kind, text, confidentiality, organization, name, at, event_id
    FROM jsonb_to_recordset(decided->'cymat_entries') AS e(id uuid, request_id uuid, incident_id uuid, kind text,
      text text, confidentiality integer, organization text, name text, at timestamptz, event_id uuid);
  DELETE FROM incident_access a USING jsonb_to_recordset(decided->'access_ended') AS e(incident_id uuid, organization text)
    WHERE a.incident_id = e.incident_id AND a.organization = e.organization;
  -- What erase_content() of 0016 does to the other tables.
  FOR erased IN
    SELECT e.id, e.incident_id FROM jsonb_to_recordset(decided->'erasure_decisions') AS d(id uuid)
      JOIN erasure e ON e.id = d.id WHERE e.decision = 'approved'
  LOOP
    PERFORM set_config('noroshi.erasing', erased.id::text, true);
    UPDATE cymat_request SET reason = erased_text(reason), decision_reason = erased_text(decision_reason),
        end_reason = erased_text(end_reason), report = erased_text(report)
      WHERE incident_id = erased.incident_id;
    UPDATE cymat_member SET reason = erased_text(reason) WHERE incident_id = erased.incident_id;
    UPDATE cymat_entry SET text = erased_text(text) WHERE incident_id = erased.incident_id;
    PERFORM set_config('noroshi.erasing', '', true);
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION cymat_act_is_there(type text, incident uuid, subject uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = noroshi, pg_temp AS $$
  SELECT split_part(type, '.', 1) = 'cymat'
    AND EXISTS (SELECT FROM cymat_request r WHERE r.id = subject AND r.incident_id = incident)
$$;
REVOKE ALL ON FUNCTION incident_of_cymat_request(uuid), cymat_serving(), cymat_requests_of_home(), cymat_pool(),
  check_cymat_seat() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION incident_of_cymat_request(uuid), cymat_serving() TO noroshi_writer;
GRANT EXECUTE ON FUNCTION cymat_requests_of_home(), cymat_pool() TO noroshi_reader;
GRANT EXECUTE ON FUNCTION check_cymat_seat() TO noroshi_owner;
RESET ROLE;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
CREATE CONSTRAINT TRIGGER cymat_seat_while_serving AFTER INSERT ON incident_access
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.organization LIKE 'cymat/%') EXECUTE FUNCTION check_cymat_seat();
CREATE CONSTRAINT TRIGGER cymat_seat_while_serving AFTER UPDATE OF state ON cymat_member
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state <> 'serving') EXECUTE FUNCTION check_cymat_seat();
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
