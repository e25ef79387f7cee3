-- Words along the chain: a notice may bring no report; which incidents came of a notice, and of those that pass it on.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- An alarm carries no report, and a notice need not: that an inquiry was asked or answered, or what is told down about a case.
ALTER TABLE message DROP CONSTRAINT message_alarm_carries_no_report,
  ADD CONSTRAINT message_carries_report CHECK (
    CASE kind WHEN 'alarm' THEN report_id IS NULL WHEN 'notice' THEN true ELSE report_id IS NOT NULL END);
-- Who passes on, and who was asked or told by whom.
CREATE INDEX inquiry_passing_on ON inquiry (passes_on) WHERE passes_on IS NOT NULL;
CREATE INDEX notice_passing_on ON notice (passes_on) WHERE passes_on IS NOT NULL;
CREATE INDEX inquiry_to ON inquiry (to_organization);
CREATE INDEX inquiry_from ON inquiry (from_organization);
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- As in 0015: what brings no report is covered by no other message, and covers none, as in src/core/clocks.cpp.
CREATE OR REPLACE FUNCTION incidents_naming(bodies text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT incident_id FROM obligation
  WHERE state = 'open' AND (holder = ANY (bodies) OR recipient = ANY (bodies))
  UNION
  SELECT m.incident_id FROM message m
  WHERE m.acknowledged_at IS NULL AND m.kind <> 'alarm' AND m.acknowledge_by IS NOT NULL
    AND m.recipient = ANY (bodies) AND coalesce(nullif(m.successor, ''), m.recipient) = ANY (bodies)
    AND (m.report_id IS NULL OR NOT EXISTS (
      SELECT FROM message l
      WHERE l.incident_id = m.incident_id AND l.acknowledged_at IS NOT NULL AND l.kind <> 'alarm' AND l.report_id IS NOT NULL
        AND (l.sent_at, l.id) > (m.sent_at, m.id)
        AND (l.recipient = m.recipient
             OR coalesce(nullif(l.successor, ''), l.recipient) = coalesce(nullif(m.successor, ''), m.recipient))))
  UNION
  SELECT id FROM incident
  WHERE organization = ANY (bodies) AND coalesce(nullif(successor, ''), organization) = ANY (bodies) AND state <> 'closed'
  UNION
  SELECT a.incident_id FROM incident_access a JOIN incident i ON i.id = a.incident_id
  WHERE a.organization = ANY (bodies) AND i.state <> 'closed' AND NOT EXISTS (
    SELECT FROM incident_access s
    WHERE s.incident_id = a.incident_id AND s.organization <> a.organization AND a.organization = ANY (s.stands_for))
  ORDER BY 1
$$;

-- Incidents that came of notices of the caller: linked to them, or to one that passes them on. Whether he may know of the
-- incident is another question (labels_of).
CREATE FUNCTION incidents_of_notices(notices uuid[]) RETURNS TABLE (notice_id uuid, incident_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  WITH RECURSIVE chain (first, id) AS (
    SELECT n.id, n.id FROM notice n
    WHERE n.id = ANY (notices) AND (SELECT caller()) IN (n.from_organization, n.to_organization)
    UNION
    SELECT c.first, n.id FROM chain c JOIN notice n ON n.passes_on = c.id)
  SELECT DISTINCT c.first, l.incident_id FROM chain c JOIN notice_link l ON l.notice_id = c.id
$$;
-- The other way: notices of the caller that an incident came of, at whatever step of the chain. For a caller who sees its content.
CREATE FUNCTION notices_of_incident(incident uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  WITH RECURSIVE chain (id) AS (
    SELECT l.notice_id FROM notice_link l
    WHERE l.incident_id = notices_of_incident.incident AND EXISTS (
      SELECT FROM incident_access a
      WHERE a.incident_id = l.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content')
    UNION
    SELECT n.passes_on FROM chain c JOIN notice n ON n.id = c.id WHERE n.passes_on IS NOT NULL)
  SELECT n.id FROM chain c JOIN notice n ON n.id = c.id
  WHERE (SELECT caller()) IN (n.from_organization, n.to_organization)
$$;
REVOKE ALL ON FUNCTION incidents_of_notices(uuid[]), notices_of_incident(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION incidents_of_notices(uuid[]), notices_of_incident(uuid) TO noroshi_reader;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
