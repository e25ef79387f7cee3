-- Who stands in the place of a body that ended hears its alarms; and who was here last, so that a receiver that nobody looks
-- after is shown.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- Empty: nobody. The message keeps its recipient, the incident the body that reported it.
ALTER TABLE message ADD successor text NOT NULL DEFAULT '';
ALTER TABLE incident ADD successor text NOT NULL DEFAULT '';

-- A clock that rings changes no indexed column of what it is of: with room on its page no index is written.
ALTER TABLE obligation SET (fillfactor = 70);
ALTER TABLE message SET (fillfactor = 70);
ALTER TABLE incident SET (fillfactor = 70);

-- When somebody of a body, with a token that hears alarms, last asked the daemon anything: to the minute.
CREATE TABLE body_presence (
  organization text PRIMARY KEY,
  asked_at timestamptz NOT NULL
) WITH (fillfactor = 70);
ALTER TABLE body_presence ENABLE ROW LEVEL SECURITY;
ALTER TABLE body_presence FORCE ROW LEVEL SECURITY;
REVOKE ALL ON body_presence FROM PUBLIC;
CREATE POLICY owner ON body_presence TO noroshi_owner USING (true) WITH CHECK (true);
CREATE POLICY note ON body_presence TO noroshi_apply USING (true) WITH CHECK (true);
CREATE POLICY look_up ON body_presence FOR SELECT TO noroshi_authenticator USING (true);
GRANT SELECT, INSERT, UPDATE ON body_presence TO noroshi_apply;
GRANT SELECT ON body_presence TO noroshi_authenticator;
-- Nobody knows who was here before this was kept.
INSERT INTO body_presence (organization, asked_at) SELECT DISTINCT organization, clock() FROM token;

-- Bodies of which somebody holds a token that hears alarms, and when one of them was last here; NULL: never.
CREATE FUNCTION listeners(at timestamptz) RETURNS TABLE (organization text, asked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT b.organization, p.asked_at
  FROM bodies_with_person(at) AS b(organization) LEFT JOIN body_presence p ON p.organization = b.organization
$$;
REVOKE ALL ON FUNCTION listeners(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION listeners(timestamptz) TO noroshi_writer;
-- Whether the centre would hear is the operator's affair too.
GRANT EXECUTE ON FUNCTION bodies_with_person(timestamptz) TO noroshi_operator;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- Somebody of that body is here. Written once a minute at most; who asks waits neither for the disk nor long for another
-- session, for what is lost here is written again with the next question.
CREATE FUNCTION note_presence(body text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  now_at timestamptz := clock();
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true), set_config('lock_timeout', '100ms', true);
  INSERT INTO body_presence AS p (organization, asked_at) VALUES (body, now_at)
  ON CONFLICT (organization) DO UPDATE SET asked_at = EXCLUDED.asked_at
    WHERE p.asked_at NOT BETWEEN EXCLUDED.asked_at - interval '1 minute' AND EXCLUDED.asked_at;
END
$$;
REVOKE ALL ON FUNCTION note_presence(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_presence(text) TO noroshi_authenticator;

-- As in 0005: also where one of those bodies has not acknowledged a message, or its own incident is not closed, and nobody
-- has succeeded to it yet. What a later acknowledgement covers is left out, as in src/core/clocks.cpp.
CREATE OR REPLACE FUNCTION incidents_naming(bodies text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT incident_id FROM obligation
  WHERE state = 'open' AND (holder = ANY (bodies) OR recipient = ANY (bodies))
  UNION
  SELECT m.incident_id FROM message m
  WHERE m.acknowledged_at IS NULL AND m.kind <> 'alarm' AND m.acknowledge_by IS NOT NULL
    AND m.recipient = ANY (bodies) AND coalesce(nullif(m.successor, ''), m.recipient) = ANY (bodies)
    AND NOT EXISTS (
      SELECT FROM message l
      WHERE l.incident_id = m.incident_id AND l.acknowledged_at IS NOT NULL AND l.kind <> 'alarm'
        AND (l.sent_at, l.id) > (m.sent_at, m.id)
        AND (l.recipient = m.recipient
             OR coalesce(nullif(l.successor, ''), l.recipient) = coalesce(nullif(m.successor, ''), m.recipient)))
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
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
