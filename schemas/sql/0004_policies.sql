-- Who sees what. Row-level security is forced on every table with content, for its owner too; a role without a policy
-- sees nothing.
SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- The caller's body, set for one transaction by TenantTransaction. Not set: an error, never "everything".
CREATE FUNCTION caller() RETURNS text LANGUAGE plpgsql STABLE SET search_path = noroshi, pg_temp AS $$
DECLARE
  organization text := current_setting('noroshi.organization', true);
BEGIN
  IF organization IS NULL OR organization = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'no caller is set';
  END IF;
  RETURN organization;
END
$$;

-- The incidents that a writer has locked in this transaction (open_group, 0005): all that it may read.
CREATE FUNCTION locked_incidents() RETURNS uuid[] LANGUAGE sql STABLE SET search_path = noroshi, pg_temp AS $$
  SELECT coalesce(nullif(current_setting('noroshi.locked', true), ''), '{}')::uuid[]
$$;

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['token', 'event', 'event_opening', 'body_counter', 'incident', 'report', 'judgement',
      'incident_access', 'added_recipient', 'obligation', 'fulfillment', 'waiver', 'message', 'alarm', 'outbox',
      'attempt', 'idempotency'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', table_name);
  END LOOP;
  -- apply() and open_group() work over all bodies.
  FOREACH table_name IN ARRAY ARRAY['event', 'event_opening', 'body_counter', 'incident', 'report', 'judgement',
      'incident_access', 'added_recipient', 'obligation', 'fulfillment', 'waiver', 'message', 'alarm', 'outbox',
      'idempotency'] LOOP
    EXECUTE format('CREATE POLICY apply ON %I TO noroshi_apply USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO noroshi_apply', table_name);
  END LOOP;
  FOREACH table_name IN ARRAY ARRAY['body_counter', 'incident', 'incident_access', 'obligation', 'waiver', 'message',
      'outbox', 'idempotency'] LOOP
    EXECUTE format('GRANT UPDATE ON %I TO noroshi_apply', table_name);
  END LOOP;
  -- A writer reads what it has locked.
  FOREACH table_name IN ARRAY ARRAY['report', 'judgement', 'incident_access', 'added_recipient', 'obligation', 'waiver',
      'message', 'alarm'] LOOP
    EXECUTE format('CREATE POLICY locked ON %I FOR SELECT TO noroshi_writer'
      ' USING (incident_id = ANY ((SELECT locked_incidents())::uuid[]))', table_name);
    EXECUTE format('GRANT SELECT ON %I TO noroshi_writer', table_name);
  END LOOP;
END
$$;
CREATE POLICY locked ON incident FOR SELECT TO noroshi_writer USING (id = ANY ((SELECT locked_incidents())::uuid[]));
GRANT SELECT ON incident TO noroshi_writer;
GRANT SELECT ON incident_transition, obligation_transition, message_transition, clock_setting
  TO noroshi_apply, noroshi_writer, noroshi_reader, noroshi_sequencer, noroshi_delivery, noroshi_ticker,
     noroshi_authenticator;

-- Callers.
CREATE POLICY own ON incident_access FOR SELECT TO noroshi_reader USING (organization = (SELECT caller()));
CREATE POLICY told ON incident FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = incident.id AND a.organization = (SELECT caller()) AND a.scope = 'content'));
CREATE POLICY told ON obligation FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = obligation.incident_id AND a.organization = (SELECT caller())));
CREATE POLICY sender_or_recipient ON message FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = message.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND (message.sender = ANY (a.stands_for) OR message.recipient = ANY (a.stands_for))));
-- A version of a report: its own body, who entered it, and whom a message brought it to.
CREATE POLICY own_or_received ON report FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = report.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND (report.organization = ANY (a.stands_for) OR report.submitted_by = ANY (a.stands_for)
         OR EXISTS (SELECT FROM message m WHERE m.incident_id = report.incident_id AND m.report_id = report.id
                      AND m.recipient = ANY (a.stands_for)))));
CREATE POLICY own_or_originators ON judgement FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = judgement.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND (judgement.of_originator OR judgement.organization = ANY (a.stands_for))));
CREATE POLICY told ON added_recipient FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = added_recipient.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'));
CREATE POLICY holder_or_recipient ON fulfillment FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a JOIN obligation o ON o.id = fulfillment.obligation_id
  WHERE a.incident_id = fulfillment.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND (o.holder = ANY (a.stands_for) OR o.recipient = ANY (a.stands_for))));
CREATE POLICY holder ON waiver FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a JOIN obligation o ON o.id = waiver.obligation_id
  WHERE a.incident_id = waiver.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND o.holder = ANY (a.stands_for)));
-- An alarm about another body's own judgement is that body's alone.
CREATE POLICY told ON alarm FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = alarm.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND (alarm.code NOT LIKE 'large_scale_%' OR alarm.organization = ANY (a.stands_for)
         OR EXISTS (SELECT FROM judgement j WHERE j.incident_id = alarm.incident_id AND j.of_originator
                      AND j.organization = alarm.organization))));
CREATE POLICY party ON event FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = event.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND (event.parties IS NULL OR event.parties && a.stands_for)));
GRANT SELECT ON incident_access, incident, message, report, judgement, added_recipient, fulfillment, waiver, alarm
  TO noroshi_reader;
GRANT SELECT (id, type, at, incident_id, organization, role, subject, sequence) ON event TO noroshi_reader;
-- Reasons name facts of the case: reasons_of() below.
GRANT SELECT (id, incident_id, edition, rule, clause, sentence, holder, recipient, self, inner_duty, opens_on, opened_at,
  due_at, state, occasion, formerly, recipient_formerly, fulfilled_at, acknowledged_at, revision) ON obligation
  TO noroshi_reader;

-- What a reader may know of rows that it does not see whole. Each answers for the caller's own incidents alone.
RESET ROLE;
SET LOCAL ROLE noroshi_apply;

-- Why duties opened, for those who see the case: a party of the duty always; a third body as long as the reasons come
-- from the originator's facts, not from a judgement of the holder's own.
CREATE FUNCTION reasons_of(duties uuid[]) RETURNS TABLE (obligation_id uuid, ja text[], en text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT o.id, ARRAY(SELECT r.value->>'ja' FROM jsonb_array_elements(o.because) WITH ORDINALITY AS r(value, place)
                     ORDER BY r.place),
               ARRAY(SELECT r.value->>'en' FROM jsonb_array_elements(o.because) WITH ORDINALITY AS r(value, place)
                     ORDER BY r.place)
  FROM obligation o
  JOIN incident_access a
    ON a.incident_id = o.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
  WHERE o.id = ANY (duties)
    AND (o.holder = ANY (a.stands_for) OR o.recipient = ANY (a.stands_for)
         OR NOT EXISTS (SELECT FROM judgement j
                        WHERE j.incident_id = o.incident_id AND NOT j.of_originator
                          AND j.organization IN (o.holder, o.formerly) AND NOT j.organization = ANY (a.stands_for)))
$$;

-- Number and exercise mark of incidents, for those too who see the rows of duties only.
CREATE FUNCTION labels_of(incidents uuid[]) RETURNS TABLE (incident_id uuid, number text, exercise boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT i.id, i.number, i.exercise
  FROM incident i JOIN incident_access a ON a.incident_id = i.id AND a.organization = (SELECT caller())
  WHERE i.id = ANY (incidents)
$$;
REVOKE ALL ON FUNCTION reasons_of(uuid[]), labels_of(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reasons_of(uuid[]), labels_of(uuid[]) TO noroshi_reader;

RESET ROLE;
SET LOCAL ROLE noroshi_owner;

CREATE POLICY look_up ON token FOR SELECT TO noroshi_authenticator USING (true);
GRANT SELECT ON token TO noroshi_authenticator;
-- Issuing and revoking is the operator's, at the machine: the owner's connection (noroshi token).
CREATE POLICY owner ON token TO noroshi_owner USING (true) WITH CHECK (true);

CREATE POLICY number ON event FOR SELECT TO noroshi_sequencer USING (true);
CREATE POLICY number_once ON event FOR UPDATE TO noroshi_sequencer USING (sequence IS NULL) WITH CHECK (true);
GRANT SELECT (id, at, sequence), UPDATE (sequence) ON event TO noroshi_sequencer;
GRANT SELECT, UPDATE ON sequencer TO noroshi_sequencer;

CREATE POLICY claim ON outbox TO noroshi_delivery USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE ON outbox TO noroshi_delivery;
CREATE POLICY claim ON attempt TO noroshi_delivery USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON attempt TO noroshi_delivery;

RESET ROLE;
