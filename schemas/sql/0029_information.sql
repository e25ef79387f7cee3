-- The information of an incident: labels (格付), annexes, files, what is withheld, inquiries; and how a body handles information:
-- how its labels map, its keys for annexes, notices before there is an incident.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

CREATE TABLE label (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  own_label text NOT NULL,
  confidentiality integer NOT NULL CHECK (confidentiality BETWEEN 0 AND 3),
  integrity integer NOT NULL CHECK (integrity BETWEEN 0 AND 2),
  availability integer NOT NULL CHECK (availability BETWEEN 0 AND 2),
  rule text NOT NULL CHECK (rule IN ('agency', 'designated_table', 'other_corporation')),
  ground text NOT NULL CHECK (ground IN ('stated', 'mapped', 'unmapped', 'changed')),
  restrictions text[] NOT NULL,
  given_by uuid,
  given_by_name text NOT NULL,
  given_at timestamptz NOT NULL,
  event_id uuid NOT NULL REFERENCES event
);
CREATE TABLE label_change (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,
  own_label text NOT NULL,
  confidentiality integer NOT NULL CHECK (confidentiality BETWEEN 0 AND 3),
  integrity integer NOT NULL CHECK (integrity BETWEEN 0 AND 2),
  availability integer NOT NULL CHECK (availability BETWEEN 0 AND 2),
  reason text NOT NULL CHECK (reason <> ''),
  asked_by uuid,
  asked_by_name text NOT NULL,
  asked_at timestamptz NOT NULL,
  decision text NOT NULL DEFAULT 'pending' CHECK (decision IN ('pending', 'approved', 'rejected')),
  decided_by uuid,
  decided_by_name text NOT NULL DEFAULT '',
  decision_reason text NOT NULL DEFAULT '',
  decided_at timestamptz,
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT label_change_decided_when_decided CHECK ((decision = 'pending') = (decided_at IS NULL)),
  CONSTRAINT label_change_four_eyes CHECK (decided_at IS NULL OR decided_by IS DISTINCT FROM asked_by)
);
CREATE UNIQUE INDEX label_change_one_pending ON label_change (incident_id) WHERE decision = 'pending';
CREATE TABLE consent (
  incident_id uuid PRIMARY KEY REFERENCES incident,
  consents boolean NOT NULL,  -- to sharing under 2.2.4(2)(l)
  stated_at timestamptz NOT NULL,
  event_id uuid NOT NULL REFERENCES event
);
CREATE TABLE label_mapping (
  id uuid PRIMARY KEY,
  organization text NOT NULL,
  own_label text NOT NULL CHECK (own_label <> ''),
  confidentiality integer NOT NULL CHECK (confidentiality BETWEEN 1 AND 3),
  integrity integer NOT NULL CHECK (integrity BETWEEN 0 AND 2),
  availability integer NOT NULL CHECK (availability BETWEEN 0 AND 2),
  set_by_name text NOT NULL,
  set_at timestamptz NOT NULL,
  withdrawn_at timestamptz,
  withdrawn_by_name text NOT NULL DEFAULT '',
  withdrawal_reason text NOT NULL DEFAULT '',
  event_id uuid NOT NULL REFERENCES event
);
CREATE INDEX label_mapping_of_body ON label_mapping (organization, set_at);

CREATE TABLE sealing_key (
  id uuid PRIMARY KEY,
  organization text NOT NULL,
  key_id text NOT NULL CHECK (octet_length(key_id) = 43),
  public_key text NOT NULL CHECK (octet_length(public_key) = 194),  -- the point of P-384 in hexadecimal
  name text NOT NULL CHECK (name <> ''),
  state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'active', 'rejected', 'revoked')),
  asked_by uuid,
  asked_by_name text NOT NULL,
  asked_at timestamptz NOT NULL,
  decided_by uuid,
  decided_by_name text NOT NULL DEFAULT '',
  decision_reason text NOT NULL DEFAULT '',
  decided_at timestamptz,
  revoked_at timestamptz,
  revoked_by_name text NOT NULL DEFAULT '',
  revocation_reason text NOT NULL DEFAULT '',
  revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT sealing_key_used_when_decided CHECK (
    CASE state WHEN 'proposed' THEN decided_at IS NULL WHEN 'revoked' THEN true ELSE decided_at IS NOT NULL END),
  CONSTRAINT sealing_key_revoked_when_revoked CHECK ((state = 'revoked') = (revoked_at IS NOT NULL)),
  CONSTRAINT sealing_key_four_eyes CHECK (decided_at IS NULL OR decided_by IS DISTINCT FROM asked_by)
);
CREATE UNIQUE INDEX sealing_key_once ON sealing_key (organization, key_id) WHERE state IN ('proposed', 'active');
CREATE INDEX sealing_key_of_body ON sealing_key (organization, asked_at);

CREATE TABLE annex (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,
  title text NOT NULL CHECK (title <> ''),  -- in words that are 機密性2 or below
  permit_by timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'permitted', 'refused', 'sealed')),
  asked_by uuid,
  asked_by_name text NOT NULL,
  asked_at timestamptz NOT NULL,
  decided_by uuid,
  decided_by_name text NOT NULL DEFAULT '',
  decision_reason text NOT NULL DEFAULT '',
  decided_at timestamptz,
  sealed_at timestamptz,  -- last
  sealed_by_name text NOT NULL DEFAULT '',
  sha256 text NOT NULL DEFAULT '',  -- of the JWE, in hexadecimal
  size bigint NOT NULL DEFAULT 0 CHECK (size BETWEEN 0 AND 25165824),
  receivers text[] NOT NULL DEFAULT '{}',  -- the bodies of the keys, one for each key
  key_ids text[] NOT NULL DEFAULT '{}',
  unreadable_to text[] NOT NULL DEFAULT '{}',
  alarm_round integer NOT NULL DEFAULT 1,
  alarm_level integer NOT NULL DEFAULT 0,
  alarm_from timestamptz NOT NULL,
  revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT annex_decided_when_decided CHECK ((state = 'asked') = (decided_at IS NULL)),
  CONSTRAINT annex_sealed_when_sealed CHECK ((state = 'sealed') = (sealed_at IS NOT NULL)),
  CONSTRAINT annex_four_eyes CHECK (decided_at IS NULL OR decided_by IS DISTINCT FROM asked_by),
  CONSTRAINT annex_keys_of_receivers CHECK (cardinality(receivers) = cardinality(key_ids))
);
-- The JWE as it was received: nobody here can open it.
CREATE TABLE annex_content (
  annex_id uuid PRIMARY KEY REFERENCES annex,
  incident_id uuid NOT NULL REFERENCES incident,
  content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 25165824)
);
ALTER TABLE annex_content ALTER content SET STORAGE EXTERNAL;  -- ciphertext does not compress

CREATE TABLE attachment (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  media_type text NOT NULL,
  sha256 text NOT NULL,  -- in hexadecimal
  size bigint NOT NULL CHECK (size BETWEEN 0 AND 67108864),
  added_by_name text NOT NULL,
  added_at timestamptz NOT NULL,
  event_id uuid NOT NULL REFERENCES event
);

CREATE TABLE withholding (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,
  from_organization text NOT NULL,
  members text[] NOT NULL CHECK (cardinality(members) > 0),
  reason text NOT NULL CHECK (reason <> ''),
  until timestamptz NOT NULL,
  withheld_by_name text NOT NULL,
  withheld_at timestamptz NOT NULL,
  released_at timestamptz,
  released_by_name text NOT NULL DEFAULT '',
  release_reason text NOT NULL DEFAULT '',
  event_id uuid NOT NULL REFERENCES event
);

CREATE TABLE inquiry (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  from_organization text NOT NULL,
  to_organization text NOT NULL,
  text text NOT NULL CHECK (text <> ''),
  passes_on uuid REFERENCES inquiry,
  asked_by_name text NOT NULL,
  asked_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  answered_at timestamptz,
  answered_by_name text NOT NULL DEFAULT '',
  answer text NOT NULL DEFAULT '',
  withdrawn_at timestamptz,
  withdrawn_by_name text NOT NULL DEFAULT '',
  withdrawal_reason text NOT NULL DEFAULT '',
  alarm_round integer NOT NULL DEFAULT 1,
  alarm_level integer NOT NULL DEFAULT 0,
  alarm_from timestamptz NOT NULL,
  revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT inquiry_ends_once CHECK (answered_at IS NULL OR withdrawn_at IS NULL),
  CONSTRAINT inquiry_answered_whole CHECK ((answered_at IS NULL) = (answer = ''))
);
CREATE TABLE notice (
  id uuid PRIMARY KEY,
  from_organization text NOT NULL,
  to_organization text NOT NULL,
  text text NOT NULL CHECK (text <> ''),
  passes_on uuid REFERENCES notice,
  given_by_name text NOT NULL,
  given_at timestamptz NOT NULL,
  answered_at timestamptz,
  answered_by_name text NOT NULL DEFAULT '',
  answer text NOT NULL DEFAULT '',
  revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT notice_answered_whole CHECK ((answered_at IS NULL) = (answer = ''))
);
CREATE INDEX notice_to ON notice (to_organization, given_at);
CREATE INDEX notice_from ON notice (from_organization, given_at);
CREATE TABLE notice_link (
  incident_id uuid NOT NULL REFERENCES incident,
  notice_id uuid NOT NULL REFERENCES notice,
  linked_by_name text NOT NULL,
  linked_at timestamptz NOT NULL,
  event_id uuid NOT NULL REFERENCES event,
  PRIMARY KEY (incident_id, notice_id)
);
CREATE INDEX notice_link_of_notice ON notice_link (notice_id);
CREATE INDEX label_of_incident ON label (incident_id);
CREATE INDEX label_change_of_incident ON label_change (incident_id);
CREATE INDEX annex_of_incident ON annex (incident_id);
CREATE INDEX annex_content_of_incident ON annex_content (incident_id);
CREATE INDEX attachment_of_incident ON attachment (incident_id);
CREATE INDEX withholding_of_incident ON withholding (incident_id);
CREATE INDEX inquiry_of_incident ON inquiry (incident_id);

-- ANALYZE takes no samples of content (0016).
ALTER TABLE label ALTER own_label SET STATISTICS 0, ALTER restrictions SET STATISTICS 0;
ALTER TABLE label_change ALTER own_label SET STATISTICS 0, ALTER reason SET STATISTICS 0, ALTER decision_reason SET STATISTICS 0;
ALTER TABLE label_mapping ALTER own_label SET STATISTICS 0, ALTER withdrawal_reason SET STATISTICS 0;
ALTER TABLE sealing_key ALTER name SET STATISTICS 0, ALTER decision_reason SET STATISTICS 0, ALTER revocation_reason SET STATISTICS 0;
ALTER TABLE annex ALTER title SET STATISTICS 0, ALTER decision_reason SET STATISTICS 0, ALTER sha256 SET STATISTICS 0;
ALTER TABLE annex_content ALTER content SET STATISTICS 0;
ALTER TABLE attachment ALTER name SET STATISTICS 0, ALTER media_type SET STATISTICS 0, ALTER sha256 SET STATISTICS 0;
ALTER TABLE withholding ALTER reason SET STATISTICS 0, ALTER release_reason SET STATISTICS 0;
ALTER TABLE inquiry ALTER text SET STATISTICS 0, ALTER answer SET STATISTICS 0, ALTER withdrawal_reason SET STATISTICS 0;
ALTER TABLE notice ALTER text SET STATISTICS 0, ALTER answer SET STATISTICS 0;

ALTER TABLE alarm DROP CONSTRAINT alarm_clock_check,
  ADD CONSTRAINT alarm_clock_check CHECK (clock IN ('duty', 'acknowledgement', 'followup', 'handover', 'permission', 'inquiry'));

-- -- Who sees what ----------------------------------------------------------------------------------------------------

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['label', 'label_change', 'consent', 'label_mapping', 'sealing_key', 'annex', 'annex_content',
      'attachment', 'withholding', 'inquiry', 'notice', 'notice_link'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', table_name);
    EXECUTE format('CREATE POLICY apply ON %I TO noroshi_apply USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO noroshi_apply', table_name);
    EXECUTE format('GRANT SELECT ON %I TO noroshi_writer, noroshi_reader', table_name);
  END LOOP;
  FOREACH table_name IN ARRAY ARRAY['label', 'label_change', 'consent', 'annex', 'annex_content', 'attachment', 'withholding',
      'inquiry', 'notice_link'] LOOP
    EXECUTE format('CREATE POLICY locked ON %I FOR SELECT TO noroshi_writer '
      'USING (incident_id = ANY ((SELECT locked_incidents())::uuid[]))', table_name);
  END LOOP;
  FOREACH table_name IN ARRAY ARRAY['label_mapping', 'sealing_key'] LOOP
    EXECUTE format('CREATE POLICY locked ON %I FOR SELECT TO noroshi_writer USING (organization = (SELECT locked_body()))', table_name);
    EXECUTE format('CREATE POLICY own ON %I FOR SELECT TO noroshi_reader USING (organization = (SELECT caller()))', table_name);
  END LOOP;
  -- Whoever sees the content.
  FOREACH table_name IN ARRAY ARRAY['label', 'consent', 'attachment'] LOOP
    EXECUTE format('CREATE POLICY content ON %I FOR SELECT TO noroshi_reader USING (EXISTS (SELECT FROM incident_access a '
      'WHERE a.incident_id = %I.incident_id AND a.organization = (SELECT caller()) AND a.scope = ''content''))', table_name, table_name);
  END LOOP;
END
$$;
GRANT DELETE ON annex_content TO noroshi_apply;
CREATE POLICY locked ON notice FOR SELECT TO noroshi_writer
  USING ((SELECT locked_body()) IN (from_organization, to_organization));
CREATE POLICY party ON notice FOR SELECT TO noroshi_reader
  USING ((SELECT caller()) IN (from_organization, to_organization));

-- Its own, or that of a body in whose place it stands.
CREATE POLICY own ON label_change FOR SELECT TO noroshi_reader USING (EXISTS (SELECT FROM incident_access a
  WHERE a.incident_id = label_change.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND label_change.organization = ANY (a.stands_for)));
-- Whose it is, and once it is sealed whoever has a key of it.
CREATE POLICY own_or_received ON annex FOR SELECT TO noroshi_reader USING (EXISTS (SELECT FROM incident_access a
  WHERE a.incident_id = annex.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND (annex.organization = ANY (a.stands_for) OR annex.receivers && a.stands_for)));
CREATE POLICY of_annex ON annex_content FOR SELECT TO noroshi_reader USING (EXISTS (SELECT FROM annex a
  WHERE a.id = annex_content.annex_id));
-- Who withholds, and from whom: he has to know that it is not the whole.
CREATE POLICY party ON withholding FOR SELECT TO noroshi_reader USING (EXISTS (SELECT FROM incident_access a
  WHERE a.incident_id = withholding.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND (withholding.organization = ANY (a.stands_for) OR withholding.from_organization = ANY (a.stands_for))));
CREATE POLICY party ON inquiry FOR SELECT TO noroshi_reader USING (EXISTS (SELECT FROM incident_access a
  WHERE a.incident_id = inquiry.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND (inquiry.from_organization = ANY (a.stands_for) OR inquiry.to_organization = ANY (a.stands_for))));
-- Whoever sees the content of the incident, or had the notice.
CREATE POLICY party ON notice_link FOR SELECT TO noroshi_reader USING (
  EXISTS (SELECT FROM notice n WHERE n.id = notice_link.notice_id)
  OR EXISTS (SELECT FROM incident_access a WHERE a.incident_id = notice_link.incident_id
    AND a.organization = (SELECT caller()) AND a.scope = 'content'));

-- As in 0027: that an annex cannot be opened is for its body; others know of no annex.
DROP POLICY told ON alarm;
CREATE POLICY told ON alarm FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = alarm.incident_id AND a.organization = (SELECT caller())
    AND CASE WHEN alarm.clock IS NOT NULL THEN alarm.organization = ANY (a.stands_for) OR alarm.holder = ANY (a.stands_for)
        WHEN alarm.code IN ('delivery_dead', 'annex_unreadable') THEN alarm.organization = ANY (a.stands_for)
        ELSE a.scope = 'content'
          AND (alarm.code NOT LIKE 'large_scale_%' OR alarm.organization = ANY (a.stands_for)
               OR EXISTS (SELECT FROM judgement j WHERE j.incident_id = alarm.incident_id AND j.of_originator
                            AND j.organization = alarm.organization)) END));

-- -- What never happens -----------------------------------------------------------------------------------------------

-- What was written stays as it was written, but for the one change that a row may have, and for an erasure, which turns the
-- content of a row, and nothing beside it, into 'erased'.
CREATE FUNCTION refuse_change_of_information() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  before jsonb := to_jsonb(OLD);
  after jsonb;
  content text[] := CASE TG_TABLE_NAME WHEN 'label' THEN ARRAY['own_label', 'restrictions']
    WHEN 'label_change' THEN ARRAY['own_label', 'reason', 'decision_reason']
    WHEN 'annex' THEN ARRAY['title', 'decision_reason', 'sha256'] WHEN 'attachment' THEN ARRAY['name', 'media_type', 'sha256']
    WHEN 'withholding' THEN ARRAY['reason', 'release_reason'] WHEN 'inquiry' THEN ARRAY['text', 'answer', 'withdrawal_reason']
    ELSE '{}' END;
  decision text[] := ARRAY['decided_by', 'decided_by_name', 'decision_reason', 'decided_at', 'event_id'];
  clock text[] := ARRAY['alarm_round', 'alarm_level', 'alarm_from', 'event_id'];
  allowed text[];
  field text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    after := to_jsonb(NEW);
    IF before ? 'incident_id' AND cardinality(content) > 0 AND erasing((before->>'incident_id')::uuid) THEN
      FOREACH field IN ARRAY content LOOP
        before := jsonb_set(before, ARRAY[field], CASE
          WHEN jsonb_typeof(before->field) <> 'array' THEN to_jsonb(erased_text(before->>field))
          WHEN before->field = '[]' THEN '[]' ELSE '["erased"]' END);
      END LOOP;
      IF after = before THEN
        RETURN NEW;
      END IF;
    END IF;
    allowed := CASE
      WHEN TG_TABLE_NAME = 'consent' THEN ARRAY['consents', 'stated_at', 'event_id']
      WHEN TG_TABLE_NAME = 'label_change' AND before->>'decision' = 'pending' THEN decision || 'decision'::text
      WHEN TG_TABLE_NAME = 'label_mapping' AND before->'withdrawn_at' = 'null'
        THEN ARRAY['withdrawn_at', 'withdrawn_by_name', 'withdrawal_reason', 'event_id']
      WHEN TG_TABLE_NAME = 'sealing_key' AND before->>'state' = 'proposed' AND after->>'state' IN ('active', 'rejected')
        THEN decision || ARRAY['state', 'revision']
      WHEN TG_TABLE_NAME = 'sealing_key' AND before->>'state' IN ('proposed', 'active') AND after->>'state' = 'revoked'
        THEN ARRAY['state', 'revision', 'revoked_at', 'revoked_by_name', 'revocation_reason', 'event_id']
      WHEN TG_TABLE_NAME = 'annex' AND before->>'state' = 'asked' AND after->>'state' IN ('permitted', 'refused')
        THEN decision || ARRAY['state', 'revision']
      WHEN TG_TABLE_NAME = 'annex' AND before->>'state' IN ('permitted', 'sealed') AND after->>'state' = 'sealed'
        THEN ARRAY['state', 'sealed_at', 'sealed_by_name', 'sha256', 'size', 'receivers', 'key_ids', 'unreadable_to', 'revision',
                   'event_id']
      WHEN TG_TABLE_NAME = 'annex' AND before->>'state' = 'asked' AND after->>'state' = 'asked' THEN clock
      WHEN TG_TABLE_NAME = 'withholding' AND before->'released_at' = 'null'
        THEN ARRAY['released_at', 'released_by_name', 'release_reason', 'event_id']
      WHEN TG_TABLE_NAME = 'inquiry' AND before->'answered_at' = 'null' AND before->'withdrawn_at' = 'null'
        THEN clock || ARRAY['answered_at', 'answered_by_name', 'answer', 'withdrawn_at', 'withdrawn_by_name', 'withdrawal_reason',
                            'revision']
      WHEN TG_TABLE_NAME = 'notice' AND before->'answered_at' = 'null'
        THEN ARRAY['answered_at', 'answered_by_name', 'answer', 'revision', 'event_id']
      ELSE '{}' END;
    IF before - allowed = after - allowed THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
    MESSAGE = 'this row is never changed';
END
$$;
DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['label', 'label_change', 'consent', 'label_mapping', 'sealing_key', 'annex', 'attachment',
      'withholding', 'inquiry', 'notice', 'notice_link'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change_of_information()',
      table_name || '_unchangeable', table_name);
  END LOOP;
END
$$;
-- Bytes that agree with what the record says of them, and go with an erasure alone.
CREATE FUNCTION refuse_other_annex_content() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF erasing(OLD.incident_id) THEN
      RETURN OLD;
    END IF;
  ELSIF EXISTS (SELECT FROM annex a WHERE a.id = NEW.annex_id AND a.incident_id = NEW.incident_id AND a.state = 'sealed'
      AND a.sha256 = encode(sha256(NEW.content), 'hex') AND a.size = octet_length(NEW.content)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'annex_content_agrees',
    MESSAGE = 'the content of an annex is what its event says';
END
$$;
CREATE TRIGGER annex_content_agrees BEFORE INSERT OR UPDATE OR DELETE ON annex_content FOR EACH ROW
  EXECUTE FUNCTION refuse_other_annex_content();
CREATE TRIGGER label_change_two_persons AFTER UPDATE OF decision ON label_change FOR EACH ROW
  WHEN (NEW.decision <> 'pending') EXECUTE FUNCTION refuse_one_authority();
CREATE TRIGGER sealing_key_two_persons AFTER UPDATE OF decided_at ON sealing_key FOR EACH ROW
  WHEN (NEW.decided_at IS NOT NULL) EXECUTE FUNCTION refuse_one_authority();
CREATE TRIGGER annex_two_persons AFTER UPDATE OF decided_at ON annex FOR EACH ROW
  WHEN (NEW.decided_at IS NOT NULL) EXECUTE FUNCTION refuse_one_authority();
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- As in 0027; of a key, approved is that it became active, of an annex that it was permitted.
CREATE OR REPLACE FUNCTION refuse_one_authority() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
DECLARE
  approved boolean := CASE WHEN TG_TABLE_NAME IN ('endpoint', 'sealing_key') THEN to_jsonb(NEW)->>'state' = 'active'
                      WHEN TG_TABLE_NAME = 'annex' THEN to_jsonb(NEW)->>'state' = 'permitted'
                      ELSE to_jsonb(NEW)->>'decision' = 'approved' END;
BEGIN
  IF NEW.decided_by IS NULL OR same_authority(NEW.asked_by, NEW.asked_at, NEW.decided_by, NEW.decided_at)
      OR approved AND eyes_unproven(NEW.asked_by, NEW.decided_by) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_two_persons',
      MESSAGE = 'who asks and who decides differ, through delegation too';
  END IF;
  RETURN NULL;
END
$$;

-- As in 0027, with labels, keys and annexes.
CREATE OR REPLACE FUNCTION applicant_of(kind text, request uuid) RETURNS TABLE (person uuid, asked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT person_of_token(r.asked_by), r.asked_at FROM (
    SELECT w.asked_by, w.asked_at FROM waiver w WHERE kind = 'waiver' AND w.id = request
      AND w.incident_id = ANY ((SELECT locked_incidents())::uuid[])
    UNION ALL
    SELECT e.asked_by, e.asked_at FROM erasure e WHERE kind = 'erasure' AND e.id = request
      AND e.incident_id = ANY ((SELECT locked_incidents())::uuid[])
    UNION ALL
    SELECT s.asked_by, s.asked_at FROM relay_switch s WHERE kind = 'relay_switch' AND s.id = request
      AND s.organization = (SELECT locked_body())
    UNION ALL
    SELECT p.asked_by, p.asked_at FROM endpoint p WHERE kind = 'endpoint' AND p.id = request
      AND p.organization = (SELECT locked_body())
    UNION ALL
    SELECT l.asked_by, l.asked_at FROM label_change l WHERE kind = 'label_change' AND l.id = request
      AND l.incident_id = ANY ((SELECT locked_incidents())::uuid[])
    UNION ALL
    SELECT x.asked_by, x.asked_at FROM annex x WHERE kind = 'annex' AND x.id = request
      AND x.incident_id = ANY ((SELECT locked_incidents())::uuid[])
    UNION ALL
    SELECT k.asked_by, k.asked_at FROM sealing_key k WHERE kind = 'sealing_key' AND k.id = request
      AND k.organization = (SELECT locked_body())) AS r
$$;

-- For a writer: how the labels of those bodies map, and the keys that annexes for them are sealed to. Public halves are no secret.
CREATE FUNCTION label_mappings_of(bodies text[])
RETURNS TABLE (id uuid, organization text, own_label text, confidentiality integer, integrity integer, availability integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT id, organization, own_label, confidentiality, integrity, availability FROM label_mapping
  WHERE organization = ANY (bodies) AND withdrawn_at IS NULL ORDER BY set_at, id
$$;
CREATE FUNCTION active_sealing_keys(bodies text[])
RETURNS TABLE (id uuid, organization text, key_id text, public_key text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT id, organization, key_id, public_key FROM sealing_key
  WHERE organization = ANY (bodies) AND state = 'active' ORDER BY organization, asked_at, id
$$;
-- The case that an annex, an inquiry or a withholding is of, so that a command on it can be decided.
CREATE FUNCTION incident_of_information(thing uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT coalesce((SELECT incident_id FROM annex WHERE id = thing), (SELECT incident_id FROM inquiry WHERE id = thing),
                  (SELECT incident_id FROM withholding WHERE id = thing))
$$;
-- Whether that notice was given to the body that acts; for a writer that has the incident locked and not the body.
CREATE FUNCTION notice_was_given(notice uuid, body text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT EXISTS (SELECT FROM notice n WHERE n.id = notice_was_given.notice AND n.to_organization = body)
$$;
CREATE FUNCTION apply_information(decided jsonb) RETURNS void LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  erasure record;
BEGIN
  INSERT INTO label (id, incident_id, own_label, confidentiality, integrity, availability, rule, ground, restrictions, given_by,
      given_by_name, given_at, event_id)
    SELECT id, incident_id, own_label, confidentiality, integrity, availability, rule, ground, restrictions, given_by,
      given_by_name, given_at, event_id
    FROM jsonb_to_recordset(decided->'labels') AS l(id uuid, incident_id uuid, own_label text, confidentiality integer,
      integrity integer, availability integer, rule text, ground text, restrictions text[], given_by uuid, given_by_name text,
      given_at timestamptz, event_id uuid);
  INSERT INTO label_change (id, incident_id, organization, own_label, confidentiality, integrity, availability, reason, asked_by,
      asked_by_name, asked_at, event_id)
    SELECT id, incident_id, organization, own_label, confidentiality, integrity, availability, reason, asked_by, asked_by_name,
      asked_at, event_id
    FROM jsonb_to_recordset(decided->'label_changes') AS c(id uuid, incident_id uuid, organization text, own_label text,
      confidentiality integer, integrity integer, availability integer, reason text, asked_by uuid, asked_by_name text,
      asked_at timestamptz, event_id uuid);
  UPDATE label_change SET decision = d.decision, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
      decision_reason = d.decision_reason, decided_at = d.decided_at, event_id = d.event_id
    FROM jsonb_to_recordset(decided->'label_change_decisions') AS d(id uuid, decision text, decided_by uuid,
      decided_by_name text, decision_reason text, decided_at timestamptz, event_id uuid)
    WHERE label_change.id = d.id;
  INSERT INTO consent (incident_id, consents, stated_at, event_id)
    SELECT incident_id, consents, stated_at, event_id
    FROM jsonb_to_recordset(decided->'consents') AS c(incident_id uuid, consents boolean, stated_at timestamptz, event_id uuid)
  ON CONFLICT (incident_id) DO UPDATE SET consents = EXCLUDED.consents, stated_at = EXCLUDED.stated_at,
      event_id = EXCLUDED.event_id;
  INSERT INTO label_mapping (id, organization, own_label, confidentiality, integrity, availability, set_by_name, set_at, event_id)
    SELECT id, organization, own_label, confidentiality, integrity, availability, set_by_name, set_at, event_id
    FROM jsonb_to_recordset(decided->'label_mappings') AS m(id uuid, organization text, own_label text, confidentiality integer,
      integrity integer, availability integer, set_by_name text, set_at timestamptz, event_id uuid);
  UPDATE label_mapping SET withdrawn_at = w.withdrawn_at, withdrawn_by_name = w.withdrawn_by_name,
      withdrawal_reason = w.withdrawal_reason, event_id = w.event_id
    FROM jsonb_to_recordset(decided->'label_mapping_withdrawals') AS w(id uuid, withdrawn_at timestamptz, withdrawn_by_name text,
      withdrawal_reason text, event_id uuid)
    WHERE label_mapping.id = w.id;

  INSERT INTO sealing_key (id, organization, key_id, public_key, name, asked_by, asked_by_name, asked_at, event_id)
    SELECT id, organization, key_id, public_key, name, asked_by, asked_by_name, asked_at, event_id
    FROM jsonb_to_recordset(decided->'sealing_keys') AS k(id uuid, organization text, key_id text, public_key text, name text,
      asked_by uuid, asked_by_name text, asked_at timestamptz, event_id uuid);
  UPDATE sealing_key SET state = d.state, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
      decision_reason = d.decision_reason, decided_at = d.decided_at, revision = d.revision, event_id = d.event_id
    FROM jsonb_to_recordset(decided->'sealing_key_decisions') AS d(id uuid, state text, decided_by uuid, decided_by_name text,
      decision_reason text, decided_at timestamptz, revision integer, event_id uuid)
    WHERE sealing_key.id = d.id;
  UPDATE sealing_key SET state = 'revoked', revoked_at = r.revoked_at, revoked_by_name = r.revoked_by_name,
      revocation_reason = r.revocation_reason, revision = r.revision, event_id = r.event_id
    FROM jsonb_to_recordset(decided->'sealing_key_revocations') AS r(id uuid, revoked_at timestamptz, revoked_by_name text,
      revocation_reason text, revision integer, event_id uuid)
    WHERE sealing_key.id = r.id;

  INSERT INTO annex (id, incident_id, organization, title, permit_by, asked_by, asked_by_name, asked_at, alarm_from, event_id)
    SELECT id, incident_id, organization, title, permit_by, asked_by, asked_by_name, asked_at, asked_at, event_id
    FROM jsonb_to_recordset(decided->'annexes') AS a(id uuid, incident_id uuid, organization text, title text,
      permit_by timestamptz, asked_by uuid, asked_by_name text, asked_at timestamptz, event_id uuid);
  UPDATE annex SET alarm_round = l.alarm_round, alarm_level = l.alarm_level, alarm_from = l.alarm_from, event_id = l.event_id
    FROM jsonb_to_recordset(decided->'annex_alarms') AS l(id uuid, alarm_round integer, alarm_level integer,
      alarm_from timestamptz, event_id uuid)
    WHERE annex.id = l.id;
  UPDATE annex SET state = d.state, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
      decision_reason = d.decision_reason, decided_at = d.decided_at, revision = d.revision, event_id = d.event_id
    FROM jsonb_to_recordset(decided->'annex_decisions') AS d(id uuid, state text, decided_by uuid, decided_by_name text,
      decision_reason text, decided_at timestamptz, revision integer, event_id uuid)
    WHERE annex.id = d.id;
  UPDATE annex SET state = 'sealed', sealed_at = s.sealed_at, sealed_by_name = s.sealed_by_name, sha256 = s.sha256, size = s.size,
      receivers = s.receivers, key_ids = s.key_ids, unreadable_to = s.unreadable_to, revision = s.revision, event_id = s.event_id
    FROM jsonb_to_recordset(decided->'annex_seals') AS s(id uuid, sealed_at timestamptz, sealed_by_name text, sha256 text,
      size bigint, receivers text[], key_ids text[], unreadable_to text[], revision integer, event_id uuid)
    WHERE annex.id = s.id;
  UPDATE annex SET unreadable_to = u.unreadable_to, revision = u.revision, event_id = u.event_id
    FROM jsonb_to_recordset(decided->'annex_unreadables') AS u(id uuid, unreadable_to text[], revision integer, event_id uuid)
    WHERE annex.id = u.id;
  INSERT INTO annex_content (annex_id, incident_id, content)
    SELECT annex_id, incident_id, decode(content, 'base64')
    FROM jsonb_to_recordset(decided->'annex_contents') AS c(annex_id uuid, incident_id uuid, content text)
  ON CONFLICT (annex_id) DO UPDATE SET content = EXCLUDED.content;
  INSERT INTO attachment (id, incident_id, organization, name, media_type, sha256, size, added_by_name, added_at, event_id)
    SELECT id, incident_id, organization, name, media_type, sha256, size, added_by_name, added_at, event_id
    FROM jsonb_to_recordset(decided->'attachments') AS a(id uuid, incident_id uuid, organization text, name text, media_type text,
      sha256 text, size bigint, added_by_name text, added_at timestamptz, event_id uuid);

  INSERT INTO withholding (id, incident_id, organization, from_organization, members, reason, until, withheld_by_name,
      withheld_at, event_id)
    SELECT id, incident_id, organization, from_organization, members, reason, until, withheld_by_name, withheld_at, event_id
    FROM jsonb_to_recordset(decided->'withholdings') AS w(id uuid, incident_id uuid, organization text, from_organization text,
      members text[], reason text, until timestamptz, withheld_by_name text, withheld_at timestamptz, event_id uuid);
  UPDATE withholding SET released_at = r.released_at, released_by_name = r.released_by_name, release_reason = r.release_reason,
      event_id = r.event_id
    FROM jsonb_to_recordset(decided->'releases') AS r(id uuid, released_at timestamptz, released_by_name text,
      release_reason text, event_id uuid)
    WHERE withholding.id = r.id;

  INSERT INTO inquiry (id, incident_id, from_organization, to_organization, text, passes_on, asked_by_name, asked_at, due_at,
      alarm_from, event_id)
    SELECT id, incident_id, from_organization, to_organization, text, passes_on, asked_by_name, asked_at, due_at, asked_at,
      event_id
    FROM jsonb_to_recordset(decided->'inquiries') AS i(id uuid, incident_id uuid, from_organization text, to_organization text,
      text text, passes_on uuid, asked_by_name text, asked_at timestamptz, due_at timestamptz, event_id uuid);
  UPDATE inquiry SET alarm_round = l.alarm_round, alarm_level = l.alarm_level, alarm_from = l.alarm_from, event_id = l.event_id
    FROM jsonb_to_recordset(decided->'inquiry_alarms') AS l(id uuid, alarm_round integer, alarm_level integer,
      alarm_from timestamptz, event_id uuid)
    WHERE inquiry.id = l.id;
  UPDATE inquiry SET answered_at = a.answered_at, answered_by_name = a.answered_by_name, answer = a.answer,
      revision = a.revision, event_id = a.event_id
    FROM jsonb_to_recordset(decided->'inquiry_answers') AS a(id uuid, answered_at timestamptz, answered_by_name text,
      answer text, revision integer, event_id uuid)
    WHERE inquiry.id = a.id;
  UPDATE inquiry SET withdrawn_at = w.withdrawn_at, withdrawn_by_name = w.withdrawn_by_name,
      withdrawal_reason = w.withdrawal_reason, revision = w.revision, event_id = w.event_id
    FROM jsonb_to_recordset(decided->'inquiry_withdrawals') AS w(id uuid, withdrawn_at timestamptz, withdrawn_by_name text,
      withdrawal_reason text, revision integer, event_id uuid)
    WHERE inquiry.id = w.id;
  INSERT INTO notice (id, from_organization, to_organization, text, passes_on, given_by_name, given_at, event_id)
    SELECT id, from_organization, to_organization, text, passes_on, given_by_name, given_at, event_id
    FROM jsonb_to_recordset(decided->'notices') AS n(id uuid, from_organization text, to_organization text, text text,
      passes_on uuid, given_by_name text, given_at timestamptz, event_id uuid);
  UPDATE notice SET answered_at = a.answered_at, answered_by_name = a.answered_by_name, answer = a.answer,
      revision = a.revision, event_id = a.event_id
    FROM jsonb_to_recordset(decided->'notice_answers') AS a(id uuid, answered_at timestamptz, answered_by_name text,
      answer text, revision integer, event_id uuid)
    WHERE notice.id = a.id;
  INSERT INTO notice_link (incident_id, notice_id, linked_by_name, linked_at, event_id)
    SELECT incident_id, notice_id, linked_by_name, linked_at, event_id
    FROM jsonb_to_recordset(decided->'notice_links') AS l(incident_id uuid, notice_id uuid, linked_by_name text,
      linked_at timestamptz, event_id uuid);

  -- After erase_content() (0016), which has looked at the request, the decision and the retention.
  FOR erasure IN
    SELECT e.id, e.incident_id FROM jsonb_to_recordset(decided->'erasure_decisions') AS d(id uuid)
    JOIN erasure e ON e.id = d.id WHERE e.decision = 'approved'
  LOOP
    PERFORM set_config('noroshi.erasing', erasure.id::text, true);
    UPDATE label t SET own_label = erased_text(own_label),
      restrictions = CASE WHEN restrictions = '{}' THEN restrictions ELSE ARRAY['erased'] END WHERE t.incident_id = erasure.incident_id;
    UPDATE label_change t SET own_label = erased_text(own_label), reason = erased_text(reason),
      decision_reason = erased_text(decision_reason) WHERE t.incident_id = erasure.incident_id;
    UPDATE annex t SET title = erased_text(title), decision_reason = erased_text(decision_reason), sha256 = erased_text(sha256)
      WHERE t.incident_id = erasure.incident_id;
    DELETE FROM annex_content t WHERE t.incident_id = erasure.incident_id;
    UPDATE attachment t SET name = erased_text(name), media_type = erased_text(media_type), sha256 = erased_text(sha256)
      WHERE t.incident_id = erasure.incident_id;
    UPDATE withholding t SET reason = erased_text(reason), release_reason = erased_text(release_reason)
      WHERE t.incident_id = erasure.incident_id;
    UPDATE inquiry t SET text = erased_text(text), answer = erased_text(answer), withdrawal_reason = erased_text(withdrawal_reason)
      WHERE t.incident_id = erasure.incident_id;
    PERFORM set_config('noroshi.erasing', '', true);
  END LOOP;
END
$$;
CREATE FUNCTION information_act_is_there(type text, incident uuid, subject uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = noroshi, pg_temp AS $$
  SELECT CASE split_part(type, '.', 1)
    WHEN 'label' THEN EXISTS (SELECT FROM label t WHERE t.id = subject AND t.incident_id = incident)
      OR EXISTS (SELECT FROM label_change t WHERE t.id = subject AND t.incident_id = incident)
    WHEN 'consent' THEN EXISTS (SELECT FROM consent t WHERE t.incident_id = incident)
    WHEN 'label_mapping' THEN EXISTS (SELECT FROM label_mapping t WHERE t.id = subject)
    WHEN 'sealing_key' THEN EXISTS (SELECT FROM sealing_key t WHERE t.id = subject)
    WHEN 'annex' THEN EXISTS (SELECT FROM annex t WHERE t.id = subject AND t.incident_id = incident)
    WHEN 'attachment' THEN EXISTS (SELECT FROM attachment t WHERE t.id = subject AND t.incident_id = incident)
    WHEN 'content' THEN EXISTS (SELECT FROM withholding t WHERE t.id = subject AND t.incident_id = incident)
    WHEN 'inquiry' THEN EXISTS (SELECT FROM inquiry t WHERE t.id = subject AND t.incident_id = incident)
    WHEN 'notice' THEN EXISTS (SELECT FROM notice t WHERE t.id = subject)
    ELSE false END
$$;

-- The parts of apply(), so that a part that is added later is a line here. Each is called where it is given something: a list that
-- is empty is not in the document, and a statement that does nothing costs a writer tens of microseconds all the same.
CREATE FUNCTION apply_parts(decided jsonb) RETURNS void LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF decided ?| ARRAY['erasures', 'erasure_decisions', 'retentions'] THEN
    PERFORM apply_erasures(decided);
  END IF;
  IF decided ?| ARRAY['people', 'appointments', 'appointment_ends', 'delegations', 'delegation_ends', 'trainings', 'shifts', 'shift_ends'] THEN
    PERFORM apply_staff(decided);
  END IF;
  IF decided ?| ARRAY['assignments'] THEN
    PERFORM apply_assignments(decided);
  END IF;
  IF decided ?| ARRAY['cymat_requests', 'cymat_rulings', 'cymat_members', 'cymat_entries', 'access_ended', 'erasure_decisions'] THEN
    PERFORM apply_cymat(decided);
  END IF;
  IF decided ?| ARRAY['handling_steps', 'instructions', 'instruction_answers', 'platform_links', 'erasure_decisions'] THEN
    PERFORM apply_handling(decided);
  END IF;
  IF decided ?| ARRAY['endpoints', 'endpoint_decisions', 'endpoint_changes', 'deliveries', 'delivery_settlements', 'delivery_replays'] THEN
    PERFORM apply_deliveries(decided);
  END IF;
  IF decided ?| ARRAY['annex_alarms', 'annex_contents', 'annex_decisions', 'annex_seals', 'annex_unreadables', 'annexes', 'attachments',
    'consents', 'inquiries', 'inquiry_alarms', 'inquiry_answers', 'inquiry_withdrawals', 'label_change_decisions',
    'label_changes', 'label_mapping_withdrawals', 'label_mappings', 'labels', 'notice_answers', 'notice_links', 'notices',
    'releases', 'sealing_key_decisions', 'sealing_key_revocations', 'sealing_keys', 'withholdings', 'erasure_decisions'] THEN
    PERFORM apply_information(decided);
  END IF;
END
$$;
CREATE FUNCTION part_act_is_there(type text, incident uuid, subject uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = noroshi, pg_temp AS $$
  SELECT staff_act_is_there(type, subject) OR assignment_act_is_there(type, incident, subject)
    OR cymat_act_is_there(type, incident, subject) OR handling_act_is_there(type, incident, subject)
    OR delivery_act_is_there(type, incident, subject) OR information_act_is_there(type, incident, subject)
$$;
REVOKE ALL ON FUNCTION label_mappings_of(text[]), active_sealing_keys(text[]), incident_of_information(uuid),
  notice_was_given(uuid, text), apply_information(jsonb),
  information_act_is_there(text, uuid, uuid), apply_parts(jsonb), part_act_is_there(text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION label_mappings_of(text[]), active_sealing_keys(text[]), incident_of_information(uuid),
  notice_was_given(uuid, text) TO noroshi_writer;
GRANT EXECUTE ON FUNCTION active_sealing_keys(text[]) TO noroshi_reader;

-- As in 0027, its parts named elsewhere.
CREATE OR REPLACE FUNCTION apply(decided jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  INSERT INTO event (id, type, at, incident_id, organization, role, parties, subject, leaf)
    SELECT id, type, at, incident_id, organization, role, parties, subject, decode(leaf, 'base64')
    FROM jsonb_to_recordset(decided->'events') AS e(id uuid, type text, at timestamptz, incident_id uuid,
      organization text, role text, parties text[], subject uuid, leaf text);
  INSERT INTO event_opening (event_id, field, salt, value)
    SELECT event_id, field, decode(salt, 'base64'), decode(value, 'base64')
    FROM jsonb_to_recordset(decided->'openings') AS o(event_id uuid, field text, salt text, value text);

  INSERT INTO incident (id, number, organization, reference, title, exercise, recognized_at, police, state, version,
      latest_report, submitted_by, opened_at, revision, event_id, followup_due, followup_round, followup_level,
      followup_from, successor)
    SELECT id, number, organization, reference, title, exercise, recognized_at, police, state, version,
      latest_report, submitted_by, opened_at, revision, event_id, followup_due, followup_round, followup_level,
      followup_from, successor
    FROM jsonb_to_recordset(decided->'incidents') AS i(id uuid, number text, organization text, reference text,
      title text, exercise boolean, recognized_at timestamptz, police text, state text, version integer,
      latest_report uuid, submitted_by text, opened_at timestamptz, revision integer, event_id uuid,
      followup_due timestamptz, followup_round integer, followup_level integer, followup_from timestamptz,
      successor text)
  ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, exercise = EXCLUDED.exercise,
      recognized_at = EXCLUDED.recognized_at, police = EXCLUDED.police, state = EXCLUDED.state,
      version = EXCLUDED.version, latest_report = EXCLUDED.latest_report, revision = EXCLUDED.revision,
      event_id = EXCLUDED.event_id, followup_due = EXCLUDED.followup_due, followup_round = EXCLUDED.followup_round,
      followup_level = EXCLUDED.followup_level, followup_from = EXCLUDED.followup_from, successor = EXCLUDED.successor;
  INSERT INTO report (id, incident_id, organization, version, stage, submitted_by, received_at, bytes, length, sha256,
      document, changes, event_id)
    SELECT id, incident_id, organization, version, stage, submitted_by, received_at, decode(bytes, 'base64'), length,
      decode(sha256, 'base64'), document, changes, event_id
    FROM jsonb_to_recordset(decided->'reports') AS r(id uuid, incident_id uuid, organization text, version integer,
      stage text, submitted_by text, received_at timestamptz, bytes text, length integer, sha256 text, document text,
      changes text, event_id uuid);
  INSERT INTO judgement (id, incident_id, organization, of_originator, revision, assessment, cyberattack, large_scale,
      assessment_reason, cyberattack_reason, made_at, event_id)
    SELECT id, incident_id, organization, of_originator, revision, assessment, cyberattack, large_scale,
      assessment_reason, cyberattack_reason, made_at, event_id
    FROM jsonb_to_recordset(decided->'judgements') AS j(id uuid, incident_id uuid, organization text,
      of_originator boolean, revision integer, assessment text, cyberattack text, large_scale text[],
      assessment_reason text, cyberattack_reason text, made_at timestamptz, event_id uuid);
  INSERT INTO incident_access (incident_id, organization, scope, stands_for, since, because, event_id)
    SELECT incident_id, organization, scope, stands_for, since, because, event_id
    FROM jsonb_to_recordset(decided->'access') AS a(incident_id uuid, organization text, scope text, stands_for text[],
      since timestamptz, because text, event_id uuid)
  ON CONFLICT (incident_id, organization) DO UPDATE SET scope = EXCLUDED.scope, stands_for = EXCLUDED.stands_for,
      because = EXCLUDED.because, event_id = EXCLUDED.event_id;
  INSERT INTO added_recipient (incident_id, organization, police, reason, added_at, event_id)
    SELECT incident_id, organization, police, reason, added_at, event_id
    FROM jsonb_to_recordset(decided->'added_recipients') AS a(incident_id uuid, organization text, police boolean,
      reason text, added_at timestamptz, event_id uuid);
  INSERT INTO obligation (id, incident_id, edition, rule, clause, sentence, holder, recipient, self, inner_duty, opens_on,
      opened_at, due_at, target, state, occasion, formerly, recipient_formerly, because, fulfilled_at, acknowledged_at,
      revision, alarm_round, alarm_level, alarm_from, alarm_due, event_id)
    SELECT id, incident_id, edition, rule, clause, sentence, holder, recipient, self, inner_duty, opens_on, opened_at,
      due_at, make_interval(secs => target_seconds), state, occasion, formerly, recipient_formerly, because,
      fulfilled_at, acknowledged_at, revision, alarm_round, alarm_level, alarm_from, alarm_due, event_id
    FROM jsonb_to_recordset(decided->'obligations') AS o(id uuid, incident_id uuid, edition text, rule text, clause text,
      sentence integer, holder text, recipient text, self boolean, inner_duty boolean, opens_on text,
      opened_at timestamptz, due_at timestamptz, state text, occasion integer, formerly text, recipient_formerly text,
      because jsonb, fulfilled_at timestamptz, acknowledged_at timestamptz, revision integer, target_seconds bigint,
      alarm_round integer, alarm_level integer, alarm_from timestamptz, alarm_due timestamptz, event_id uuid)
  ON CONFLICT (id) DO UPDATE SET holder = EXCLUDED.holder, recipient = EXCLUDED.recipient,
      opened_at = EXCLUDED.opened_at, due_at = EXCLUDED.due_at, target = EXCLUDED.target, state = EXCLUDED.state,
      occasion = EXCLUDED.occasion, alarm_round = EXCLUDED.alarm_round, alarm_level = EXCLUDED.alarm_level,
      alarm_from = EXCLUDED.alarm_from, alarm_due = EXCLUDED.alarm_due,
      formerly = EXCLUDED.formerly, recipient_formerly = EXCLUDED.recipient_formerly, because = EXCLUDED.because,
      fulfilled_at = EXCLUDED.fulfilled_at, acknowledged_at = EXCLUDED.acknowledged_at, revision = EXCLUDED.revision,
      event_id = EXCLUDED.event_id;
  INSERT INTO fulfillment (id, obligation_id, incident_id, method, at, note, reference, late_by, organization, role, name,
      token, recorded_at, event_id)
    SELECT id, obligation_id, incident_id, method, at, note, reference, make_interval(secs => late_seconds), organization,
      role, name, token, recorded_at, event_id
    FROM jsonb_to_recordset(decided->'fulfillments') AS f(id uuid, obligation_id uuid, incident_id uuid, method text,
      at timestamptz, note text, reference text, late_seconds bigint, organization text, role text, name text,
      token uuid, recorded_at timestamptz, event_id uuid);
  INSERT INTO waiver (id, obligation_id, incident_id, reason, asked_by, asked_by_name, asked_at, decision, decided_by,
      decided_by_name, decision_reason, decided_at, event_id)
    SELECT id, obligation_id, incident_id, reason, asked_by, asked_by_name, asked_at, 'pending', NULL, '', '', NULL,
      event_id
    FROM jsonb_to_recordset(decided->'waivers') AS w(id uuid, obligation_id uuid, incident_id uuid, reason text,
      asked_by uuid, asked_by_name text, asked_at timestamptz, event_id uuid);
  UPDATE waiver SET decision = d.decision, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
      decision_reason = d.decision_reason, decided_at = d.decided_at, event_id = d.event_id
    FROM jsonb_to_recordset(decided->'waiver_decisions') AS d(id uuid, decision text, decided_by uuid,
      decided_by_name text, decision_reason text, decided_at timestamptz, event_id uuid)
    WHERE waiver.id = d.id;
  INSERT INTO message (id, incident_id, report_id, kind, sender, recipient, obligation_id, clause, sentence, note,
      automatic, sent_at, acknowledge_by, state, revision, alarm_round, alarm_level, alarm_from, event_id)
    SELECT id, incident_id, report_id, kind, sender, recipient, obligation_id, clause, sentence, note,
      automatic, sent_at, acknowledge_by, state, 1, 1, 0, sent_at, event_id
    FROM jsonb_to_recordset(decided->'messages') AS m(id uuid, incident_id uuid, report_id uuid, kind text, sender text,
      recipient text, obligation_id uuid, clause text, sentence integer, note text, automatic boolean,
      sent_at timestamptz, acknowledge_by timestamptz, state text, event_id uuid);
  UPDATE message SET acknowledged_at = a.acknowledged_at, acknowledged_by = a.acknowledged_by,
      acknowledgement_note = a.note, revision = message.revision + 1, event_id = a.event_id
    FROM jsonb_to_recordset(decided->'acknowledgements') AS a(id uuid, acknowledged_at timestamptz,
      acknowledged_by text, note text, event_id uuid)
    WHERE message.id = a.id;
  UPDATE obligation SET alarm_round = l.alarm_round, alarm_level = l.alarm_level, alarm_from = l.alarm_from,
      event_id = l.event_id
    FROM jsonb_to_recordset(decided->'obligation_alarms') AS l(id uuid, alarm_round integer, alarm_level integer,
      alarm_from timestamptz, event_id uuid)
    WHERE obligation.id = l.id;
  UPDATE message SET alarm_round = l.alarm_round, alarm_level = l.alarm_level, alarm_from = l.alarm_from,
      successor = l.successor, event_id = l.event_id
    FROM jsonb_to_recordset(decided->'message_alarms') AS l(id uuid, alarm_round integer, alarm_level integer,
      alarm_from timestamptz, successor text, event_id uuid)
    WHERE message.id = l.id;
  INSERT INTO alarm (id, code, incident_id, obligation_id, organization, role, level, raised_at, due_at, reason_ja,
      reason_en, clock, subject, round, holder, reached_at, event_id)
    SELECT id, code, incident_id, obligation_id, organization, role, level, raised_at, due_at, reason_ja,
      reason_en, clock, subject, round, holder, reached_at, event_id
    FROM jsonb_to_recordset(decided->'alarms') AS a(id uuid, code text, incident_id uuid, obligation_id uuid,
      organization text, role text, level integer, raised_at timestamptz, due_at timestamptz, reason_ja text,
      reason_en text, clock text, subject uuid, round integer, holder text,
      reached_at timestamptz, event_id uuid);
  INSERT INTO incident_clock (incident_id, rings_at)
    SELECT incident_id, rings_at FROM jsonb_to_recordset(decided->'clocks') AS c(incident_id uuid, rings_at timestamptz)
  ON CONFLICT (incident_id) DO UPDATE SET rings_at = EXCLUDED.rings_at, lease_until = NULL;

  INSERT INTO relay_switch (id, organization, switched_on, reason, asked_by, asked_by_name, asked_role, asked_at, decision,
      event_id)
    SELECT id, organization, switched_on, reason, asked_by, asked_by_name, asked_role, asked_at, 'pending', event_id
    FROM jsonb_to_recordset(decided->'relay_switches') AS s(id uuid, organization text, switched_on boolean,
      reason text, asked_by uuid, asked_by_name text, asked_role text, asked_at timestamptz, event_id uuid);
  UPDATE relay_switch SET decision = d.decision, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
      decision_reason = d.decision_reason, decided_at = d.decided_at, event_id = d.event_id
    FROM jsonb_to_recordset(decided->'relay_switch_decisions') AS d(id uuid, decision text, decided_by uuid,
      decided_by_name text, decision_reason text, decided_at timestamptz, event_id uuid)
    WHERE relay_switch.id = d.id;
  -- What the body has not relayed yet is looked at again.
  UPDATE incident_clock c SET rings_at = d.decided_at
    FROM jsonb_to_recordset(decided->'relay_switch_decisions') AS d(id uuid, decision text, decided_at timestamptz)
    JOIN relay_switch s ON s.id = d.id
    WHERE d.decision = 'approved' AND s.switched_on AND c.incident_id IN (
      SELECT o.incident_id FROM obligation o WHERE o.holder = s.organization AND o.state = 'open');

  UPDATE body_counter SET last = n.last
    FROM jsonb_to_recordset(decided->'numbers') AS n(organization text, year integer, last bigint)
    WHERE body_counter.organization = n.organization AND body_counter.year = n.year;
  PERFORM apply_parts(decided);

  INSERT INTO idempotency (organization, key, request_sha256, status, etag, body, answered_at, incident_id)
    SELECT organization, key, decode(sha256, 'hex'), status, etag, decode(body, 'base64'), answered_at, incident_id
    FROM jsonb_to_recordset(decided->'answers') AS a(organization text, key text, sha256 text, status integer,
      etag text, body text, answered_at timestamptz, incident_id uuid);

  -- No event without its act: what each event speaks of is there now. Each is looked up by its key; a list of EXISTS would
  -- be planned as scans of whole tables.
  IF EXISTS (
    SELECT FROM jsonb_to_recordset(decided->'events') AS e(type text, incident_id uuid, subject uuid)
    WHERE NOT coalesce(CASE split_part(e.type, '.', 1)
      WHEN 'incident' THEN (SELECT true FROM incident t WHERE t.id = e.incident_id LIMIT 1)
      WHEN 'report' THEN (SELECT true FROM report t WHERE t.id = e.subject LIMIT 1)
      WHEN 'judgement' THEN (SELECT true FROM judgement t WHERE t.id = e.subject LIMIT 1)
      WHEN 'access' THEN (SELECT true FROM incident_access t WHERE t.incident_id = e.incident_id LIMIT 1)
      WHEN 'recipient' THEN (SELECT true FROM added_recipient t WHERE t.incident_id = e.incident_id LIMIT 1)
      WHEN 'obligation' THEN (SELECT true FROM obligation t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1)
      WHEN 'message' THEN (SELECT true FROM message t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1)
      WHEN 'waiver' THEN (SELECT true FROM waiver t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1)
      WHEN 'alarm' THEN (SELECT true FROM alarm t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1)
      WHEN 'erasure' THEN (SELECT true FROM erasure t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1)
      WHEN 'relay_switch' THEN (SELECT true FROM relay_switch t WHERE t.id = e.subject LIMIT 1)
      ELSE part_act_is_there(e.type, e.incident_id, e.subject)
      END, false)) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'event_without_act',
      MESSAGE = 'an event speaks of something that is not there';
  END IF;
  PERFORM pg_notify('noroshi_event', '');
END
$$;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
