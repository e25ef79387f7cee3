-- What the end of a post, or of somebody's time in a body, means for the cases he works on and the tokens that he holds
-- (standard 2.1.1(7), (8)); rows begin in the first state; four eyes are those of people who are known.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- When the staffs of those who respond have to be read again, whatever the incident's own clocks say. A decision that knows
-- nothing of the staff sets rings_at, and never later than this: staffs_were_read() alone puts it off.
ALTER TABLE incident_clock ADD look_at timestamptz;
CREATE FUNCTION ring_by_look() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  NEW.rings_at := least(NEW.rings_at, NEW.look_at);
  RETURN NEW;
END
$$;
CREATE TRIGGER incident_clock_look BEFORE INSERT OR UPDATE OF rings_at, look_at ON incident_clock FOR EACH ROW
  WHEN (NEW.look_at IS NOT NULL) EXECUTE FUNCTION ring_by_look();

CREATE INDEX assignment_live_of_person ON assignment (person) WHERE state IN ('proposed', 'accepted', 'active');
-- A decision reads those of a body's people whom it concerns.
CREATE INDEX person_of_name ON person (organization, name);
CREATE INDEX appointment_of_post ON appointment (organization, post);
CREATE INDEX training_of_person ON training (person);
CREATE INDEX shift_of_person ON shift (person);

-- A row begins in the first state, by hand too. After the row: what a decision changes is offered as an insert first.
CREATE FUNCTION refuse_late_begin() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, MESSAGE = 'this row begins in a later state';
END
$$;
CREATE TRIGGER cymat_request_begins AFTER INSERT ON cymat_request FOR EACH ROW
  WHEN (NEW.state <> 'requested' OR NEW.ruling IS NOT NULL OR NEW.forwarded_at IS NOT NULL OR NEW.received_at IS NOT NULL
    OR NEW.dispatched_at IS NOT NULL OR NEW.ended_at IS NOT NULL OR NEW.report <> '')
  EXECUTE FUNCTION refuse_late_begin();
CREATE TRIGGER cymat_member_begins AFTER INSERT ON cymat_member FOR EACH ROW
  WHEN (NEW.state <> 'proposed' OR NEW.since IS NOT NULL OR NEW.until IS NOT NULL) EXECUTE FUNCTION refuse_late_begin();
CREATE TRIGGER assignment_begins_anew AFTER INSERT ON assignment FOR EACH ROW
  WHEN (NEW.state <> 'proposed' OR NEW.accepted_at IS NOT NULL OR NEW.activated_at IS NOT NULL OR NEW.ended_at IS NOT NULL
    OR NEW.duty_until IS NOT NULL) EXECUTE FUNCTION refuse_late_begin();
CREATE TRIGGER instruction_begins AFTER INSERT ON instruction FOR EACH ROW
  WHEN (NEW.answered_at IS NOT NULL) EXECUTE FUNCTION refuse_late_begin();
CREATE TRIGGER person_begins AFTER INSERT ON person FOR EACH ROW
  WHEN (NEW.left_at IS NOT NULL OR NEW.revision <> 1) EXECUTE FUNCTION refuse_late_begin();
CREATE TRIGGER appointment_begins AFTER INSERT ON appointment FOR EACH ROW
  WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_late_begin();
CREATE TRIGGER delegation_begins AFTER INSERT ON delegation FOR EACH ROW
  WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_late_begin();
CREATE TRIGGER shift_begins AFTER INSERT ON shift FOR EACH ROW
  WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_late_begin();

-- The body of a token. Tokens are the authenticator's alone; apply() asks by this.
CREATE FUNCTION body_of_token(token uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT t.organization FROM token t WHERE t.id = body_of_token.token
$$;
REVOKE ALL ON FUNCTION body_of_token(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION body_of_token(uuid) TO noroshi_apply;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- When the appointments of those who respond, or are of a team, end next; NULL: none of them has an end.
CREATE FUNCTION next_end_of_post(incident uuid, after timestamptz) RETURNS timestamptz LANGUAGE sql STABLE
SET search_path = noroshi, pg_temp AS $$
  SELECT min(a.valid_until) FROM appointment a
  WHERE a.ended_at IS NULL AND a.valid_until > after AND a.person IN (
    SELECT s.person FROM assignment s WHERE s.incident_id = incident AND s.state IN ('proposed', 'accepted', 'active')
    UNION ALL
    SELECT m.person FROM cymat_member m WHERE m.incident_id = incident AND m.state IN ('proposed', 'agreed', 'serving'))
$$;

-- Called by who rings, with the staffs in hand, before what he decided is stored.
CREATE FUNCTION staffs_were_read(incidents uuid[], at timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  UPDATE incident_clock c SET look_at = next_end_of_post(c.incident_id, at)
    WHERE c.incident_id = ANY (incidents) AND c.look_at IS NOT NULL
      AND c.incident_id = ANY ((SELECT locked_incidents())::uuid[]);
END
$$;

-- Somebody else responds, or is of a team: his posts may end.
CREATE FUNCTION look_at_new_people() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  UPDATE incident_clock c SET look_at = least(c.look_at, n.ends)
    FROM (SELECT next_end_of_post(NEW.incident_id, clock()) AS ends OFFSET 0) AS n
    WHERE c.incident_id = NEW.incident_id AND n.ends IS NOT NULL;
  RETURN NULL;
END
$$;

-- The roster of who leads a response changed, or somebody who responds or is of a team left or lost a post.
CREATE OR REPLACE FUNCTION look_at_handovers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  UPDATE incident_clock c SET look_at = least(c.look_at, clock())
    WHERE c.incident_id IN (
      SELECT a.incident_id FROM assignment a
      WHERE a.person = NEW.person AND a.function = 'head' AND a.state = 'active');
  RETURN NULL;
END
$$;
CREATE FUNCTION look_at_cases_of(who uuid) RETURNS void LANGUAGE sql VOLATILE SET search_path = noroshi, pg_temp AS $$
  UPDATE incident_clock c SET look_at = least(c.look_at, clock())
    WHERE c.incident_id IN (
      SELECT a.incident_id FROM assignment a WHERE a.person = who AND a.state IN ('proposed', 'accepted', 'active')
      UNION ALL
      SELECT m.incident_id FROM cymat_member m WHERE m.person = who AND m.state IN ('proposed', 'agreed', 'serving'))
$$;
CREATE FUNCTION look_at_cases_of_leaver() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM look_at_cases_of(NEW.id);
  RETURN NULL;
END
$$;
CREATE FUNCTION look_at_cases_of_appointed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM look_at_cases_of(NEW.person);
  RETURN NULL;
END
$$;

-- Which posts go with the role of a token; none: the role goes with no post. A test compares core::posts_of(Role).
CREATE FUNCTION posts_of_role(role text) RETURNS text[] LANGUAGE sql IMMUTABLE SET search_path = noroshi, pg_temp AS $$
  SELECT CASE role
    WHEN 'csirt_member' THEN ARRAY['csirt_head', 'csirt_coordinator', 'external_contact', 'csirt_member']
    WHEN 'csirt_head' THEN ARRAY['csirt_head']
    WHEN 'external_contact' THEN ARRAY['external_contact']
    WHEN 'exception_officer' THEN ARRAY['exception_officer']
    WHEN 'ciso' THEN ARRAY['ciso']
    WHEN 'section_officer' THEN ARRAY['section_officer']
    WHEN 'cymat_member' THEN ARRAY['cymat_member']
    ELSE ARRAY[]::text[] END
$$;
-- Whether the person held a post that goes with the role, and holds none of them any more. Whom the operator gave a token before
-- any post was made has that token by the operator's word alone.
CREATE FUNCTION post_has_ended(person uuid, role text, at timestamptz) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT coalesce(bool_and(least(coalesce(a.valid_until, 'infinity'), coalesce(a.ended_at, 'infinity')) <= at), false)
  FROM appointment a
  WHERE a.person = post_has_ended.person AND a.post = ANY (posts_of_role(role)) AND a.valid_from <= at
    AND (a.ended_at IS NULL OR a.ended_at > a.valid_from)  -- else it ended before it began
$$;

-- As in 0021; and where people of the body are registered, both tokens of an approval are bound to one of them.
CREATE FUNCTION eyes_unproven(asked_by uuid, decided_by uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = noroshi, pg_temp AS $$
  SELECT (person_of_token(asked_by) IS NULL OR person_of_token(decided_by) IS NULL)
    AND EXISTS (SELECT FROM person p WHERE p.organization = body_of_token(decided_by) AND p.left_at IS NULL)
$$;
CREATE OR REPLACE FUNCTION refuse_one_authority() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF NEW.decided_by IS NULL OR same_authority(NEW.asked_by, NEW.asked_at, NEW.decided_by, NEW.decided_at)
      OR NEW.decision = 'approved' AND eyes_unproven(NEW.asked_by, NEW.decided_by) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_two_persons',
      MESSAGE = 'who asks and who decides differ, through delegation too';
  END IF;
  RETURN NULL;
END
$$;
-- For a reader who would decide: whether nobody can say who he is, where it could be said.
CREATE FUNCTION decider_unproven(decider uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT person_of_token(decider) IS NULL
    AND EXISTS (SELECT FROM person p WHERE p.organization = body_of_token(decider) AND p.left_at IS NULL)
$$;

REVOKE ALL ON FUNCTION next_end_of_post(uuid, timestamptz), staffs_were_read(uuid[], timestamptz), look_at_new_people(),
  look_at_cases_of(uuid), look_at_cases_of_leaver(), look_at_cases_of_appointed(), posts_of_role(text),
  post_has_ended(uuid, text, timestamptz), eyes_unproven(uuid, uuid), decider_unproven(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION staffs_were_read(uuid[], timestamptz) TO noroshi_writer;
GRANT EXECUTE ON FUNCTION post_has_ended(uuid, text, timestamptz) TO noroshi_authenticator;
GRANT EXECUTE ON FUNCTION decider_unproven(uuid) TO noroshi_reader;
GRANT EXECUTE ON FUNCTION look_at_new_people(), look_at_cases_of_leaver(), look_at_cases_of_appointed() TO noroshi_owner;

-- What is under way is looked at once.
UPDATE incident_clock c SET look_at = clock()
  WHERE EXISTS (SELECT FROM assignment a WHERE a.incident_id = c.incident_id AND a.state IN ('proposed', 'accepted', 'active'))
     OR EXISTS (SELECT FROM cymat_member m WHERE m.incident_id = c.incident_id
                  AND m.state IN ('proposed', 'agreed', 'serving'));
RESET ROLE;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
CREATE TRIGGER assignment_looks AFTER INSERT ON assignment FOR EACH ROW EXECUTE FUNCTION look_at_new_people();
CREATE TRIGGER cymat_member_looks AFTER INSERT ON cymat_member FOR EACH ROW EXECUTE FUNCTION look_at_new_people();
CREATE TRIGGER person_leaves_cases AFTER UPDATE OF left_at ON person FOR EACH ROW
  WHEN (OLD.left_at IS DISTINCT FROM NEW.left_at) EXECUTE FUNCTION look_at_cases_of_leaver();
CREATE TRIGGER appointment_leaves_cases AFTER INSERT OR UPDATE ON appointment FOR EACH ROW
  EXECUTE FUNCTION look_at_cases_of_appointed();
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
