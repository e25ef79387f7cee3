-- What is shown of a report to whom (src/core/report_view.h), where a reader or a worker of deliveries needs more than its policies
-- give it; and 受付番号: the first message that brought a body an incident, of which its number follows (src/core/receipt_number.h).
GRANT CREATE ON SCHEMA noroshi TO noroshi_apply;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- The first message that brought that body the incident; of a body that stands for another, to either. Nothing for the body whose
-- incident it is, for who entered the report, and for a team of CYMAT.
CREATE FUNCTION first_message_to(body text, of_incident uuid) RETURNS TABLE (recipient text, message_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  bodies text[];
BEGIN
  SELECT a.stands_for INTO bodies FROM incident_access a WHERE a.incident_id = of_incident AND a.organization = body;
  bodies := coalesce(bodies, ARRAY[body]);
  IF body LIKE '%/%' OR EXISTS (SELECT FROM incident i WHERE i.id = of_incident
                                AND (i.organization = ANY (bodies) OR i.submitted_by = ANY (bodies))) THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT m.recipient, m.id FROM message m
    WHERE m.incident_id = of_incident AND m.recipient = ANY (bodies) AND m.kind <> 'alarm' ORDER BY m.sent_at, m.id LIMIT 1;
END
$$;

-- Of these incidents, for each body with which the caller exchanged a message on one: for the caller itself, and for its receivers.
CREATE FUNCTION receipts_of(incidents uuid[]) RETURNS TABLE (incident_id uuid, body text, recipient text, message_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT p.incident_id, p.body, f.recipient, f.message_id
  FROM (SELECT a.incident_id, a.organization AS body FROM incident_access a
        WHERE a.incident_id = ANY (incidents) AND a.organization = (SELECT caller()) AND a.scope = 'content'
        UNION
        SELECT m.incident_id, m.recipient FROM incident_access a JOIN message m ON m.incident_id = a.incident_id
        WHERE a.incident_id = ANY (incidents) AND a.organization = (SELECT caller()) AND a.scope = 'content'
          AND (m.sender = ANY (a.stands_for) OR m.recipient = ANY (a.stands_for))) AS p
  CROSS JOIN LATERAL first_message_to(p.body, p.incident_id) AS f
$$;

-- The messages to that body in that time which the caller may know a number of, each with its incident.
CREATE FUNCTION receipts_between(body text, from_time timestamptz, until_time timestamptz)
RETURNS TABLE (incident_id uuid, recipient text, message_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT m.incident_id, m.recipient, m.id FROM message m
  JOIN incident_access a ON a.incident_id = m.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
  WHERE m.recipient = receipts_between.body AND m.sent_at >= from_time AND m.sent_at < until_time AND m.kind <> 'alarm'
    AND EXISTS (SELECT FROM receipts_of(ARRAY[m.incident_id]) AS r WHERE r.message_id = m.id)
  LIMIT 1000
$$;
REVOKE ALL ON FUNCTION first_message_to(text, uuid), receipts_of(uuid[]), receipts_between(text, timestamptz, timestamptz)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION receipts_of(uuid[]), receipts_between(text, timestamptz, timestamptz) TO noroshi_reader;

-- The same for a message whose delivery is claimed, and for what stands behind a link.
CREATE FUNCTION claimed_receipt(delivery uuid, held_token bigint) RETURNS TABLE (recipient text, message_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT f.recipient, f.message_id FROM delivery d CROSS JOIN LATERAL first_message_to(d.organization, d.incident_id) AS f
  WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL
$$;
CREATE FUNCTION linked_receipt(of_message uuid, of_endpoint uuid) RETURNS TABLE (recipient text, message_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT f.recipient, f.message_id FROM delivery d JOIN endpoint e ON e.id = d.endpoint_id
  CROSS JOIN LATERAL first_message_to(d.organization, d.incident_id) AS f
  WHERE d.message_id = of_message AND d.endpoint_id = of_endpoint AND e.state IN ('active', 'disabled')
$$;

-- What a claimed delivery's receiver is to the incident, and the report in force as of the version that its message carries: what
-- goes out in the place of the bytes where it may not see all of it.
CREATE FUNCTION claimed_report(delivery uuid, held_token bigint)
RETURNS TABLE (receiver text, stands_for text[], organization text, submitted_by text, document text, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT d.organization, coalesce(a.stands_for, ARRAY[m.recipient]), i.organization, i.submitted_by, r.document, clock()
  FROM delivery d JOIN message m ON m.id = d.message_id JOIN incident i ON i.id = d.incident_id
  JOIN report r ON r.id = m.report_id AND r.erased_at IS NULL
  LEFT JOIN incident_access a ON a.incident_id = d.incident_id AND a.organization = d.organization
  WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL
$$;
CREATE FUNCTION claimed_withholdings(delivery uuid, held_token bigint)
RETURNS TABLE (organization text, from_organization text, members text[], until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT w.organization, w.from_organization, w.members, w.until
  FROM delivery d JOIN withholding w ON w.incident_id = d.incident_id AND w.released_at IS NULL
  WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL ORDER BY w.withheld_at, w.id
$$;
REVOKE ALL ON FUNCTION claimed_receipt(uuid, bigint), linked_receipt(uuid, uuid), claimed_report(uuid, bigint),
  claimed_withholdings(uuid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claimed_receipt(uuid, bigint), claimed_report(uuid, bigint), claimed_withholdings(uuid, bigint)
  TO noroshi_delivery;
GRANT EXECUTE ON FUNCTION linked_receipt(uuid, uuid) TO noroshi_reader;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_apply;
