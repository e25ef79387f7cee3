-- The label (格付) that goes with a message through channels that do not seal it: its grades, and by whose definition they are; never
-- words of the body's own.
GRANT CREATE ON SCHEMA noroshi TO noroshi_apply;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- The one that held when the message was sent; nothing where there was none.
CREATE FUNCTION label_of_message(of_message uuid)
RETURNS TABLE (confidentiality integer, integrity integer, availability integer, rule text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT l.confidentiality, l.integrity, l.availability, l.rule
  FROM message m JOIN label l ON l.incident_id = m.incident_id AND l.given_at <= m.sent_at
  WHERE m.id = of_message ORDER BY l.given_at DESC, l.id DESC LIMIT 1
$$;

-- Of a claimed delivery, and of the message behind a link: as claimed_message() and linked_message() (0028).
CREATE FUNCTION claimed_label(delivery uuid, held_token bigint)
RETURNS TABLE (confidentiality integer, integrity integer, availability integer, rule text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT l.* FROM delivery d CROSS JOIN LATERAL label_of_message(d.message_id) AS l
  WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL
$$;
CREATE FUNCTION linked_label(of_message uuid, of_endpoint uuid)
RETURNS TABLE (confidentiality integer, integrity integer, availability integer, rule text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT l.* FROM delivery d JOIN endpoint e ON e.id = d.endpoint_id CROSS JOIN LATERAL label_of_message(d.message_id) AS l
  WHERE d.message_id = of_message AND d.endpoint_id = of_endpoint AND e.state IN ('active', 'disabled')
$$;

REVOKE ALL ON FUNCTION label_of_message(uuid), claimed_label(uuid, bigint), linked_label(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claimed_label(uuid, bigint) TO noroshi_delivery;
GRANT EXECUTE ON FUNCTION linked_label(uuid, uuid) TO noroshi_reader;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_apply;
