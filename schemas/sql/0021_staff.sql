-- The staff of bodies: people, posts, delegations, training, turns of duty (standard 2.1.1, 2.2.3); and four eyes (2.1.1(8))
-- between persons, through delegations too. Nothing is deleted: what ended says when, so that who was there stays readable.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

CREATE TABLE person (
  id uuid PRIMARY KEY,
  organization text NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  employment text NOT NULL CHECK (employment IN ('employee', 'seconded', 'dispatched', 'trainee')),
  skills text[] NOT NULL,
  cleared boolean NOT NULL,  -- may handle 機密性3
  registered_at timestamptz NOT NULL,
  left_at timestamptz,
  leaving_reason text NOT NULL DEFAULT '',
  revision integer NOT NULL CHECK (revision > 0),
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT person_of_body UNIQUE (id, organization)
);
CREATE INDEX person_of_organization ON person (organization);

CREATE TABLE appointment (
  id uuid PRIMARY KEY,
  organization text NOT NULL,
  person uuid NOT NULL,
  post text NOT NULL CHECK (post IN ('ciso', 'deputy_ciso', 'csirt_head', 'csirt_coordinator', 'external_contact',
    'csirt_member', 'information_security_officer', 'section_officer', 'system_security_officer', 'exception_officer',
    'cymat_member')),
  ground text NOT NULL CHECK (ground IN ('expertise', 'aptitude', 'office')),
  reason text NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_until timestamptz,  -- exclusive; NULL: until it is ended
  made_by uuid,             -- the token
  made_by_name text NOT NULL,
  made_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by_name text NOT NULL DEFAULT '',
  end_reason text NOT NULL DEFAULT '',
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT appointment_person FOREIGN KEY (person, organization) REFERENCES person (id, organization),
  CONSTRAINT appointment_lasts CHECK (valid_until IS NULL OR valid_until > valid_from)
);
CREATE INDEX appointment_of_organization ON appointment (organization);
CREATE INDEX appointment_of_person ON appointment (person);

CREATE TABLE delegation (
  id uuid PRIMARY KEY,
  organization text NOT NULL,
  from_person uuid NOT NULL,
  to_person uuid NOT NULL,
  post text NOT NULL,
  powers text[] NOT NULL CHECK (powers <@ ARRAY['be_told', 'approve', 'decide', 'appoint'] AND powers <> '{}'),
  reason text NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_until timestamptz NOT NULL,  -- exclusive
  made_by uuid,
  made_by_name text NOT NULL,
  made_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by_name text NOT NULL DEFAULT '',
  end_reason text NOT NULL DEFAULT '',
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT delegation_from FOREIGN KEY (from_person, organization) REFERENCES person (id, organization),
  CONSTRAINT delegation_to FOREIGN KEY (to_person, organization) REFERENCES person (id, organization),
  CONSTRAINT delegation_to_another CHECK (from_person <> to_person),
  CONSTRAINT delegation_lasts CHECK (valid_until > valid_from)
);
CREATE INDEX delegation_of_organization ON delegation (organization);
CREATE INDEX delegation_between ON delegation (from_person, to_person);

CREATE TABLE training (
  id uuid PRIMARY KEY,
  organization text NOT NULL,
  person uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('csirt', 'cymat')),
  course text NOT NULL,
  completed_at timestamptz NOT NULL,
  valid_until timestamptz NOT NULL,  -- exclusive
  recorded_by_name text NOT NULL,
  recorded_at timestamptz NOT NULL,
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT training_person FOREIGN KEY (person, organization) REFERENCES person (id, organization),
  CONSTRAINT training_lasts CHECK (valid_until > completed_at)
);
CREATE INDEX training_of_organization ON training (organization);

CREATE TABLE shift (
  id uuid PRIMARY KEY,
  organization text NOT NULL,
  person uuid NOT NULL,
  post text NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_until timestamptz NOT NULL,  -- exclusive
  overrides boolean NOT NULL,
  set_at timestamptz NOT NULL,
  ended_at timestamptz,              -- cancelled
  ended_by_name text NOT NULL DEFAULT '',
  end_reason text NOT NULL DEFAULT '',
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT shift_person FOREIGN KEY (person, organization) REFERENCES person (id, organization),
  CONSTRAINT shift_lasts CHECK (valid_until > valid_from)
);
CREATE INDEX shift_of_organization ON shift (organization, valid_until);

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['person', 'appointment', 'delegation', 'training', 'shift'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', table_name);
    EXECUTE format('CREATE POLICY apply ON %I TO noroshi_apply USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO noroshi_apply', table_name);
    EXECUTE format('CREATE POLICY locked ON %I FOR SELECT TO noroshi_writer'
      ' USING (organization = ANY ((SELECT locked_staffs())::text[]))', table_name);
    EXECUTE format('CREATE POLICY own ON %I FOR SELECT TO noroshi_reader USING (organization = (SELECT caller()))',
      table_name);
    EXECUTE format('GRANT SELECT ON %I TO noroshi_writer, noroshi_reader', table_name);
  END LOOP;
END
$$;
GRANT UPDATE (name, employment, skills, cleared, left_at, leaving_reason, revision, event_id) ON person TO noroshi_apply;
GRANT UPDATE (ended_at, ended_by_name, end_reason, event_id) ON appointment, delegation, shift TO noroshi_apply;
-- A token is issued, at the machine, to a person who is there.
CREATE POLICY owner ON person FOR SELECT TO noroshi_owner USING (true);

-- What is known of a person changes until he left, one revision at a time.
CREATE FUNCTION refuse_change_of_person() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.left_at IS NOT NULL OR NEW.revision <> OLD.revision + 1 OR NEW.id <> OLD.id
      OR NEW.organization <> OLD.organization OR NEW.registered_at <> OLD.registered_at THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
      MESSAGE = 'this row is never changed';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER person_unchangeable BEFORE UPDATE OR DELETE ON person FOR EACH ROW
  EXECUTE FUNCTION refuse_change_of_person();

-- Of an appointment, a delegation or a turn of duty: that it ended is written beside it, once.
CREATE FUNCTION refuse_change_but_end() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  before record := OLD;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    before.ended_at := NEW.ended_at;
    before.ended_by_name := NEW.ended_by_name;
    before.end_reason := NEW.end_reason;
    before.event_id := NEW.event_id;
    IF OLD.ended_at IS NULL AND NEW IS NOT DISTINCT FROM before
        AND NEW.ended_at = (SELECT e.at FROM event e WHERE e.id = NEW.event_id) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
    MESSAGE = 'this row is never changed';
END
$$;
CREATE TRIGGER appointment_unchangeable BEFORE UPDATE OR DELETE ON appointment FOR EACH ROW
  EXECUTE FUNCTION refuse_change_but_end();
CREATE TRIGGER delegation_unchangeable BEFORE UPDATE OR DELETE ON delegation FOR EACH ROW
  EXECUTE FUNCTION refuse_change_but_end();
CREATE TRIGGER shift_unchangeable BEFORE UPDATE OR DELETE ON shift FOR EACH ROW EXECUTE FUNCTION refuse_change_but_end();
CREATE TRIGGER training_unchangeable BEFORE UPDATE OR DELETE ON training FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The person to whom a token is bound. Tokens are the authenticator's alone; apply() asks by this.
CREATE FUNCTION person_of_token(token uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT t.person FROM token t WHERE t.id = person_of_token.token
$$;
-- Who left has nothing to call with.
CREATE FUNCTION revoke_tokens_of(person uuid, at timestamptz) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  UPDATE token t SET revoked_at = at WHERE t.person = revoke_tokens_of.person AND t.revoked_at IS NULL
$$;
REVOKE ALL ON FUNCTION person_of_token(uuid), revoke_tokens_of(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION person_of_token(uuid), revoke_tokens_of(uuid, timestamptz) TO noroshi_apply;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- A body has one CISO and one head of the CSIRT at a time. Writers hold the lock of the body's staff.
CREATE FUNCTION refuse_second_holder() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF EXISTS (
      SELECT FROM appointment a
      WHERE a.organization = NEW.organization AND a.post = NEW.post AND a.id <> NEW.id
        AND a.valid_from < coalesce(NEW.valid_until, 'infinity')
        AND NEW.valid_from < least(coalesce(a.valid_until, 'infinity'), coalesce(a.ended_at, 'infinity'))
        AND (a.ended_at IS NULL OR a.ended_at > a.valid_from)) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'appointment_one_holder',
      MESSAGE = 'another person holds this post';
  END IF;
  RETURN NEW;
END
$$;

-- 2.1.1(8)(a)(ア): whether the holders of two tokens are one person, or one of them had the other's powers by a delegation
-- when it was asked or when it was decided. As core::same_authority().
CREATE FUNCTION same_authority(asked_by uuid, asked_at timestamptz, decided_by uuid, decided_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE SET search_path = noroshi, pg_temp AS $$
  SELECT coalesce(asker.person = decider.person, false) OR EXISTS (
    SELECT FROM delegation d
    WHERE (d.from_person = asker.person AND d.to_person = decider.person
           OR d.from_person = decider.person AND d.to_person = asker.person)
      AND (d.valid_from <= same_authority.asked_at
             AND same_authority.asked_at < least(d.valid_until, coalesce(d.ended_at, 'infinity'))
           OR d.valid_from <= same_authority.decided_at
             AND same_authority.decided_at < least(d.valid_until, coalesce(d.ended_at, 'infinity'))))
  FROM (SELECT person_of_token(asked_by) AS person) AS asker, (SELECT person_of_token(decided_by) AS person) AS decider
$$;

CREATE FUNCTION refuse_one_authority() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF NEW.decided_by IS NULL OR same_authority(NEW.asked_by, NEW.asked_at, NEW.decided_by, NEW.decided_at) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_two_persons',
      MESSAGE = 'who asks and who decides differ, through delegation too';
  END IF;
  RETURN NULL;
END
$$;
-- For who has asked, and decides now: what he knows of the delegations is those of his own body.
CREATE FUNCTION applicant_of(kind text, request uuid) RETURNS TABLE (person uuid, asked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT person_of_token(r.asked_by), r.asked_at FROM (
    SELECT w.asked_by, w.asked_at FROM waiver w WHERE kind = 'waiver' AND w.id = request
      AND w.incident_id = ANY ((SELECT locked_incidents())::uuid[])
    UNION ALL
    SELECT e.asked_by, e.asked_at FROM erasure e WHERE kind = 'erasure' AND e.id = request
      AND e.incident_id = ANY ((SELECT locked_incidents())::uuid[])
    UNION ALL
    SELECT s.asked_by, s.asked_at FROM relay_switch s WHERE kind = 'relay_switch' AND s.id = request
      AND s.organization = (SELECT locked_body())) AS r
$$;
-- For a reader who would decide what was asked for: whether that is himself, through delegation too.
CREATE FUNCTION asked_by_oneself(asked_by uuid, asked_at timestamptz, decider uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT asked_by IS NOT DISTINCT FROM decider OR same_authority(asked_by, asked_at, decider, clock())
$$;
REVOKE ALL ON FUNCTION asked_by_oneself(uuid, timestamptz, uuid), refuse_second_holder(), same_authority(uuid, timestamptz, uuid, timestamptz),
  refuse_one_authority(), applicant_of(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refuse_second_holder(), refuse_one_authority() TO noroshi_owner;
GRANT EXECUTE ON FUNCTION applicant_of(text, uuid) TO noroshi_writer;
GRANT EXECUTE ON FUNCTION asked_by_oneself(uuid, timestamptz, uuid) TO noroshi_reader;

CREATE OR REPLACE FUNCTION apply_staff(decided jsonb) RETURNS void LANGUAGE plpgsql
SET search_path = noroshi, pg_temp AS $$
BEGIN
  INSERT INTO person (id, organization, name, employment, skills, cleared, registered_at, left_at, leaving_reason, revision,
      event_id)
    SELECT id, organization, name, employment, skills, cleared, registered_at, left_at, leaving_reason, revision, event_id
    FROM jsonb_to_recordset(decided->'people') AS p(id uuid, organization text, name text, employment text,
      skills text[], cleared boolean, registered_at timestamptz, left_at timestamptz, leaving_reason text,
      revision integer, event_id uuid)
  ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, employment = EXCLUDED.employment, skills = EXCLUDED.skills,
      cleared = EXCLUDED.cleared, left_at = EXCLUDED.left_at, leaving_reason = EXCLUDED.leaving_reason,
      revision = EXCLUDED.revision, event_id = EXCLUDED.event_id;
  PERFORM revoke_tokens_of(p.id, p.left_at)
    FROM jsonb_to_recordset(decided->'people') AS p(id uuid, left_at timestamptz) WHERE p.left_at IS NOT NULL;
  UPDATE appointment t SET ended_at = e.ended_at, ended_by_name = e.ended_by_name, end_reason = e.end_reason,
      event_id = e.event_id
    FROM jsonb_to_recordset(decided->'appointment_ends') AS e(id uuid, ended_at timestamptz, ended_by_name text,
      end_reason text, event_id uuid)
    WHERE t.id = e.id;
  INSERT INTO appointment (id, organization, person, post, ground, reason, valid_from, valid_until, made_by, made_by_name,
      made_at, event_id)
    SELECT id, organization, person, post, ground, reason, valid_from, valid_until, made_by, made_by_name, made_at, event_id
    FROM jsonb_to_recordset(decided->'appointments') AS a(id uuid, organization text, person uuid, post text, ground text,
      reason text, valid_from timestamptz, valid_until timestamptz, made_by uuid, made_by_name text, made_at timestamptz,
      event_id uuid);
  INSERT INTO delegation (id, organization, from_person, to_person, post, powers, reason, valid_from, valid_until, made_by,
      made_by_name, made_at, event_id)
    SELECT id, organization, from_person, to_person, post, powers, reason, valid_from, valid_until, made_by, made_by_name,
      made_at, event_id
    FROM jsonb_to_recordset(decided->'delegations') AS d(id uuid, organization text, from_person uuid, to_person uuid,
      post text, powers text[], reason text, valid_from timestamptz, valid_until timestamptz, made_by uuid,
      made_by_name text, made_at timestamptz, event_id uuid);
  UPDATE delegation t SET ended_at = e.ended_at, ended_by_name = e.ended_by_name, end_reason = e.end_reason,
      event_id = e.event_id
    FROM jsonb_to_recordset(decided->'delegation_ends') AS e(id uuid, ended_at timestamptz, ended_by_name text,
      end_reason text, event_id uuid)
    WHERE t.id = e.id;
  INSERT INTO training (id, organization, person, kind, course, completed_at, valid_until, recorded_by_name, recorded_at,
      event_id)
    SELECT id, organization, person, kind, course, completed_at, valid_until, recorded_by_name, recorded_at, event_id
    FROM jsonb_to_recordset(decided->'trainings') AS t(id uuid, organization text, person uuid, kind text, course text,
      completed_at timestamptz, valid_until timestamptz, recorded_by_name text, recorded_at timestamptz, event_id uuid);
  INSERT INTO shift (id, organization, person, post, valid_from, valid_until, overrides, set_at, event_id)
    SELECT id, organization, person, post, valid_from, valid_until, overrides, set_at, event_id
    FROM jsonb_to_recordset(decided->'shifts') AS s(id uuid, organization text, person uuid, post text,
      valid_from timestamptz, valid_until timestamptz, overrides boolean, set_at timestamptz, event_id uuid);
  UPDATE shift t SET ended_at = e.ended_at, ended_by_name = e.ended_by_name, end_reason = e.end_reason,
      event_id = e.event_id
    FROM jsonb_to_recordset(decided->'shift_ends') AS e(id uuid, ended_at timestamptz, ended_by_name text,
      end_reason text, event_id uuid)
    WHERE t.id = e.id;
END
$$;

CREATE OR REPLACE FUNCTION staff_act_is_there(type text, subject uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = noroshi, pg_temp AS $$
  SELECT coalesce(CASE split_part(type, '.', 1)
    WHEN 'person' THEN (SELECT true FROM person t WHERE t.id = subject)
    WHEN 'appointment' THEN (SELECT true FROM appointment t WHERE t.id = subject)
    WHEN 'delegation' THEN (SELECT true FROM delegation t WHERE t.id = subject)
    WHEN 'training' THEN (SELECT true FROM training t WHERE t.id = subject)
    WHEN 'shift' THEN (SELECT true FROM shift t WHERE t.id = subject)
    END, false)
$$;
RESET ROLE;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
CREATE TRIGGER appointment_one_holder BEFORE INSERT ON appointment FOR EACH ROW
  WHEN (NEW.post IN ('ciso', 'csirt_head')) EXECUTE FUNCTION refuse_second_holder();
CREATE CONSTRAINT TRIGGER waiver_two_persons AFTER INSERT OR UPDATE OF asked_by, asked_at, decision, decided_by, decided_at
  ON waiver FOR EACH ROW WHEN (NEW.decision <> 'pending') EXECUTE FUNCTION refuse_one_authority();
CREATE CONSTRAINT TRIGGER erasure_two_persons AFTER INSERT OR UPDATE OF asked_by, asked_at, decision, decided_by, decided_at
  ON erasure FOR EACH ROW WHEN (NEW.decision <> 'pending') EXECUTE FUNCTION refuse_one_authority();
CREATE CONSTRAINT TRIGGER relay_switch_two_persons
  AFTER INSERT OR UPDATE OF asked_by, asked_at, decision, decided_by, decided_at
  ON relay_switch FOR EACH ROW WHEN (NEW.decision <> 'pending') EXECUTE FUNCTION refuse_one_authority();
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
