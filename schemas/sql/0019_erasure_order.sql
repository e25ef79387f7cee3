-- As in 0016, where a request that the sequencer numbered after the decision's transaction had begun was taken for one of the same
-- transaction, and a lawful erasure refused.
GRANT CREATE ON SCHEMA noroshi TO noroshi_apply;
SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- Nothing is erased on the word of one call: the request was stored by an earlier transaction than its decision, another
-- person decided it, and the case ended long enough ago. A transaction's own rows, also those of its savepoints, are no
-- older than its own number. An event that has its number was committed before the sequencer saw it, and the row is since the sequencer's.
CREATE OR REPLACE FUNCTION refuse_hasty_erasure(decided uuid) RETURNS void
LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  now_at timestamptz := clock();
  own xid := pg_current_xact_id()::xid;
  broken text;
BEGIN
  SELECT CASE
      WHEN i.ended_at IS NULL OR i.erased_at IS DISTINCT FROM e.decided_at OR i.title <> 'erased'
        THEN 'erasure_of_ended_incident'
      WHEN e.decided_by IS NULL OR e.asked_by IS NOT DISTINCT FROM e.decided_by
          OR e.decided_by_name <> '' AND e.asked_by_name = e.decided_by_name
        THEN 'erasure_four_eyes'
      WHEN NOT EXISTS (
          SELECT FROM event v WHERE v.id = e.event_id AND v.type = 'erasure.decided' AND v.subject = e.id
            AND v.incident_id = e.incident_id AND v.role = 'section_officer' AND v.at = e.decided_at)
        THEN 'erasure_has_event'
      WHEN NOT EXISTS (
          SELECT FROM event v WHERE v.incident_id = e.incident_id AND v.type = 'erasure.asked' AND v.subject = e.id
            AND v.at = e.asked_at AND (v.sequence IS NOT NULL OR age(v.xmin) > age(own)))
        THEN 'erasure_asked_before'
      WHEN e.retained_until IS NULL OR e.retained_until < least_retained_until(i.ended_at)
          OR e.decided_at < e.retained_until OR e.decided_at > now_at
        THEN 'erasure_after_retention'
      END INTO STRICT broken
    FROM erasure e JOIN incident i ON i.id = e.incident_id
    WHERE e.id = decided;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = broken,
      MESSAGE = 'nothing is erased without its request, its decision and the end of its retention';
  END IF;
END
$$;
RESET ROLE;
REVOKE CREATE ON SCHEMA noroshi FROM noroshi_apply;
