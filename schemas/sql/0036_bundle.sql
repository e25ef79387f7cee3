-- Bundles: what people carry to an endpoint on media. They are numbered for each endpoint, 1, 2, 3 …, so that a receiver
-- sees what is missing. A number is a delivery's for good once its file is written; until then no other is given out, so
-- that there are no gaps in what was written, whichever daemon writes. Operational: not of the record.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
CREATE TABLE bundle (
  endpoint_id uuid NOT NULL REFERENCES endpoint,
  number bigint NOT NULL CHECK (number >= 1),
  delivery_id uuid NOT NULL UNIQUE REFERENCES delivery,
  sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),  -- of the file; NULL: nobody has said that it is written
  PRIMARY KEY (endpoint_id, number)
);
ALTER TABLE bundle ENABLE ROW LEVEL SECURITY;
ALTER TABLE bundle FORCE ROW LEVEL SECURITY;
REVOKE ALL ON bundle FROM PUBLIC;
CREATE POLICY apply ON bundle TO noroshi_apply USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON bundle TO noroshi_apply;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- The number of a delivery that is claimed, the same in every attempt; what was written under it and under the number
-- before. Nothing while another delivery that is under way has the last number and has not written it.
CREATE FUNCTION take_bundle_number(delivery uuid)
RETURNS TABLE (number bigint, sha256 text, previous text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
#variable_conflict use_column
DECLARE
  of_endpoint uuid;
  last bundle;
  mine bigint;
BEGIN
  SELECT d.endpoint_id INTO of_endpoint FROM delivery d
    WHERE d.id = delivery AND d.state = 'queued' AND d.lease_until IS NOT NULL;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- One at a time for an endpoint. The claim has made its row.
  PERFORM FROM endpoint_circuit c WHERE c.endpoint_id = of_endpoint FOR UPDATE;
  SELECT b.number INTO mine FROM bundle b WHERE b.delivery_id = delivery;
  IF NOT FOUND THEN
    SELECT * INTO last FROM bundle b WHERE b.endpoint_id = of_endpoint ORDER BY b.number DESC LIMIT 1;
    IF last.number IS NULL OR last.sha256 IS NOT NULL THEN
      mine := coalesce(last.number, 0) + 1;
      INSERT INTO bundle (endpoint_id, number, delivery_id) VALUES (of_endpoint, mine, delivery);
    ELSIF EXISTS (SELECT FROM delivery d WHERE d.id = last.delivery_id AND d.state = 'queued' AND d.lease_until IS NOT NULL) THEN
      RETURN;
    ELSE
      mine := last.number;
      UPDATE bundle b SET delivery_id = delivery WHERE b.endpoint_id = of_endpoint AND b.number = mine;
    END IF;
  END IF;
  RETURN QUERY SELECT b.number, b.sha256, p.sha256 FROM bundle b
    LEFT JOIN bundle p ON p.endpoint_id = b.endpoint_id AND p.number = b.number - 1
    WHERE b.endpoint_id = of_endpoint AND b.number = mine;
END
$$;

-- That the file of that number is written, for that delivery. What was said stays, unless it is the last and was made
-- anew for the same delivery. False where it stays.
CREATE FUNCTION keep_bundle(endpoint uuid, of_number bigint, delivery uuid, hash text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM FROM endpoint_circuit c WHERE c.endpoint_id = endpoint FOR UPDATE;
  UPDATE bundle b SET delivery_id = delivery, sha256 = hash
    WHERE b.endpoint_id = endpoint AND b.number = of_number
      AND (b.sha256 IS NULL OR b.delivery_id = delivery
           AND NOT EXISTS (SELECT FROM bundle l WHERE l.endpoint_id = endpoint AND l.number > of_number));
  RETURN FOUND;
END
$$;

REVOKE ALL ON FUNCTION take_bundle_number(uuid), keep_bundle(uuid, bigint, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_bundle_number(uuid), keep_bundle(uuid, bigint, uuid, text) TO noroshi_delivery;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
