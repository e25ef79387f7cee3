-- How a body handles its incident inside (standard 2.2.4(2)(b)-(f), (j), (k), (3)): steps taken, instructions with their
-- answers, shared platforms. All of it is the body's own; of a platform its operator sees the link too.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

CREATE TABLE handling_step (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,  -- whose step it is
  kind text NOT NULL CHECK (kind IN ('ciso_told', 'situation', 'record', 'rules_followed', 'cause_reported',
    'measures_ordered', 'lessons_shared')),
  text text NOT NULL CHECK (text <> ''),
  person uuid,  -- who was told, or ordered
  name text NOT NULL,  -- as the staff named the person then
  by_delegate boolean NOT NULL,
  taken_by text NOT NULL,
  role text NOT NULL,
  taken_at timestamptz NOT NULL,
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT handling_step_names_person CHECK (person IS NOT NULL OR name = '')
);
CREATE TABLE instruction (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,  -- whose instruction it is
  kind text NOT NULL CHECK (kind IN ('emergency_measures', 'recovery', 'handling')),
  force text NOT NULL CHECK (force IN ('instruction', 'recommendation', 'advice')),
  addressee text NOT NULL CHECK (addressee <> ''),
  text text NOT NULL CHECK (text <> ''),
  answer_by timestamptz,
  given_by text NOT NULL,
  given_at timestamptz NOT NULL,
  answered_at timestamptz,
  answered_by text NOT NULL DEFAULT '',
  carried_out boolean NOT NULL DEFAULT false,
  answer text NOT NULL DEFAULT '',
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT instruction_answered_whole CHECK (answered_at IS NOT NULL OR NOT carried_out AND answer = '' AND answered_by = '')
);
CREATE TABLE platform_link (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  platform text NOT NULL CHECK (platform <> ''),
  operator_organization text NOT NULL,  -- empty: not said yet
  affected_organization text NOT NULL CHECK (affected_organization <> ''),
  linked_by text NOT NULL,
  linked_at timestamptz NOT NULL,
  event_id uuid NOT NULL REFERENCES event
);
CREATE INDEX handling_step_of_incident ON handling_step (incident_id);
CREATE INDEX instruction_of_incident ON instruction (incident_id);
CREATE INDEX platform_link_of_incident ON platform_link (incident_id);
-- ANALYZE takes no samples of content (0016).
ALTER TABLE handling_step ALTER text SET STATISTICS 0;
ALTER TABLE instruction ALTER addressee SET STATISTICS 0, ALTER text SET STATISTICS 0, ALTER answer SET STATISTICS 0;
ALTER TABLE platform_link ALTER platform SET STATISTICS 0;

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['handling_step', 'instruction', 'platform_link'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', table_name);
    EXECUTE format('CREATE POLICY apply ON %I TO noroshi_apply USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO noroshi_apply', table_name);
    EXECUTE format('CREATE POLICY locked ON %I FOR SELECT TO noroshi_writer '
      'USING (incident_id = ANY ((SELECT locked_incidents())::uuid[]))', table_name);
    EXECUTE format('GRANT SELECT ON %I TO noroshi_writer, noroshi_reader', table_name);
  END LOOP;
END
$$;
GRANT UPDATE (text) ON handling_step TO noroshi_apply;
GRANT UPDATE (addressee, text, answered_at, answered_by, carried_out, answer, event_id) ON instruction TO noroshi_apply;
GRANT UPDATE (platform) ON platform_link TO noroshi_apply;

-- Who sees the content sees of what was done inside a body what is its own, or that of a body in whose place it stands.
CREATE POLICY own ON handling_step FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = handling_step.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND handling_step.organization = ANY (a.stands_for)));
CREATE POLICY own ON instruction FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = instruction.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND instruction.organization = ANY (a.stands_for)));
CREATE POLICY used_or_operated ON platform_link FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = platform_link.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND (platform_link.affected_organization = ANY (a.stands_for)
      OR platform_link.operator_organization = ANY (a.stands_for))));

-- What was written stays as it was written: an instruction gets its answer once, and within an erasure the content of a row,
-- and nothing beside it, becomes 'erased'.
CREATE FUNCTION refuse_change_of_handling() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  before record := OLD;
BEGIN
  IF TG_OP = 'UPDATE' AND erasing(OLD.incident_id) THEN
    IF TG_TABLE_NAME = 'handling_step' THEN
      before.text := erased_text(OLD.text);
    ELSIF TG_TABLE_NAME = 'instruction' THEN
      before.addressee := erased_text(OLD.addressee);
      before.text := erased_text(OLD.text);
      before.answer := erased_text(OLD.answer);
    ELSIF TG_TABLE_NAME = 'platform_link' THEN
      before.platform := erased_text(OLD.platform);
    END IF;
    IF NEW IS NOT DISTINCT FROM before THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'instruction' THEN
    IF OLD.answered_at IS NULL AND NEW.answered_at IS NOT NULL THEN
      before.answered_at := NEW.answered_at;
      before.answered_by := NEW.answered_by;
      before.carried_out := NEW.carried_out;
      before.answer := NEW.answer;
      before.event_id := NEW.event_id;
      IF NEW IS NOT DISTINCT FROM before THEN
        RETURN NEW;
      END IF;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
    MESSAGE = 'this row is never changed';
END
$$;
CREATE TRIGGER handling_step_unchangeable BEFORE UPDATE OR DELETE ON handling_step FOR EACH ROW
  EXECUTE FUNCTION refuse_change_of_handling();
CREATE TRIGGER instruction_unchangeable BEFORE UPDATE OR DELETE ON instruction FOR EACH ROW
  EXECUTE FUNCTION refuse_change_of_handling();
CREATE TRIGGER platform_link_unchangeable BEFORE UPDATE OR DELETE ON platform_link FOR EACH ROW
  EXECUTE FUNCTION refuse_change_of_handling();
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

CREATE OR REPLACE FUNCTION apply_handling(decided jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  erasure record;
BEGIN
  INSERT INTO handling_step (id, incident_id, organization, kind, text, person, name, by_delegate, taken_by, role,
      taken_at, event_id)
    SELECT id, incident_id, organization, kind, text, person, name, by_delegate, taken_by, role, taken_at, event_id
    FROM jsonb_to_recordset(decided->'handling_steps') AS s(id uuid, incident_id uuid, organization text, kind text,
      text text, person uuid, name text, by_delegate boolean, taken_by text, role text, taken_at timestamptz,
      event_id uuid);
  INSERT INTO instruction (id, incident_id, organization, kind, force, addressee, text, answer_by, given_by, given_at,
      event_id)
    SELECT id, incident_id, organization, kind, force, addressee, text, answer_by, given_by, given_at, event_id
    FROM jsonb_to_recordset(decided->'instructions') AS i(id uuid, incident_id uuid, organization text, kind text,
      force text, addressee text, text text, answer_by timestamptz, given_by text, given_at timestamptz, event_id uuid);
  UPDATE instruction SET answered_at = a.answered_at, answered_by = a.answered_by, carried_out = a.carried_out,
      answer = a.answer, event_id = a.event_id
    FROM jsonb_to_recordset(decided->'instruction_answers') AS a(id uuid, answered_at timestamptz, answered_by text,
      carried_out boolean, answer text, event_id uuid)
    WHERE instruction.id = a.id;
  INSERT INTO platform_link (id, incident_id, platform, operator_organization, affected_organization, linked_by,
      linked_at, event_id)
    SELECT id, incident_id, platform, operator_organization, affected_organization, linked_by, linked_at, event_id
    FROM jsonb_to_recordset(decided->'platform_links') AS p(id uuid, incident_id uuid, platform text,
      operator_organization text, affected_organization text, linked_by text, linked_at timestamptz, event_id uuid);

  -- After erase_content() (0016), which has looked at the request, the decision and the retention.
  FOR erasure IN
    SELECT e.id, e.incident_id FROM jsonb_to_recordset(decided->'erasure_decisions') AS d(id uuid)
    JOIN erasure e ON e.id = d.id WHERE e.decision = 'approved'
  LOOP
    PERFORM set_config('noroshi.erasing', erasure.id::text, true);
    UPDATE handling_step s SET text = erased_text(text) WHERE s.incident_id = erasure.incident_id;
    UPDATE instruction i SET addressee = erased_text(addressee), text = erased_text(text), answer = erased_text(answer)
      WHERE i.incident_id = erasure.incident_id;
    UPDATE platform_link p SET platform = erased_text(platform) WHERE p.incident_id = erasure.incident_id;
    PERFORM set_config('noroshi.erasing', '', true);
  END LOOP;
END
$$;
CREATE OR REPLACE FUNCTION handling_act_is_there(type text, incident uuid, subject uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = noroshi, pg_temp AS $$
  SELECT CASE split_part(type, '.', 1)
    WHEN 'handling' THEN EXISTS (SELECT FROM handling_step t WHERE t.id = subject AND t.incident_id = incident)
    WHEN 'instruction' THEN EXISTS (SELECT FROM instruction t WHERE t.id = subject AND t.incident_id = incident)
    WHEN 'platform' THEN EXISTS (SELECT FROM platform_link t WHERE t.id = subject AND t.incident_id = incident)
    ELSE false END
$$;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
