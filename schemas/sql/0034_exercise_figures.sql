-- What counts exercises (訓練) and the canary of the day (疎通確認) apart from everything else.
GRANT CREATE ON SCHEMA noroshi TO noroshi_apply;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- As labels_of(): for those too who see the rows of duties only. A canary is an exercise that the daemon submits; its
-- reference, which nobody else may give (core/canary.h), tells it.
CREATE FUNCTION marks_of(incidents uuid[]) RETURNS TABLE (incident_id uuid, exercise boolean, canary boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT i.id, i.exercise, i.exercise AND i.reference ~ '^CANARY-\d{4}-\d{2}-\d{2}$'
  FROM incident i JOIN incident_access a ON a.incident_id = i.id AND a.organization = (SELECT caller())
  WHERE i.id = ANY (incidents)
$$;

-- Whether the case of a request for CYMAT is an exercise: for the home agency of one of its members, which sees no more of it.
CREATE FUNCTION exercise_of_home(request uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT i.exercise FROM cymat_request r JOIN incident i ON i.id = r.incident_id
  WHERE r.id = request
    AND EXISTS (SELECT FROM cymat_member m WHERE m.request_id = r.id AND m.organization = (SELECT caller()))
$$;
REVOKE ALL ON FUNCTION marks_of(uuid[]), exercise_of_home(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION marks_of(uuid[]), exercise_of_home(uuid) TO noroshi_reader;

RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_apply;
