-- What an operator may know: how much there is of what, and how long it waits. noroshi_operator may call these functions
-- and read no table of content.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
-- Dead messages are few and are counted often.
CREATE INDEX outbox_dead ON outbox (message_id) WHERE state = 'dead';
GRANT SELECT ON clock_setting TO noroshi_operator;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- Open duties by rule; exercises (訓練) apart.
CREATE FUNCTION count_open_obligations()
RETURNS TABLE (edition text, rule text, exercise boolean, open bigint, overdue bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
#variable_conflict use_column
DECLARE
  now_at timestamptz := clock();
BEGIN
  RETURN QUERY
    SELECT o.edition, o.rule, i.exercise, count(*), count(*) FILTER (WHERE o.due_at < now_at)
    FROM obligation o JOIN incident i ON i.id = o.incident_id
    WHERE o.state = 'open' GROUP BY o.edition, o.rule, i.exercise;
END
$$;

-- What waits inside the program. Ages are shown time, as every time of the record.
CREATE FUNCTION count_waiting()
RETURNS TABLE (unnumbered_events bigint, oldest_unnumbered interval, outbox_messages bigint, oldest_outbox interval,
               dead_messages bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  now_at timestamptz := clock();
BEGIN
  RETURN QUERY
    SELECT e.number, now_at - e.oldest, w.number, now_at - w.oldest, d.number
    FROM (SELECT count(*) AS number, min(at) AS oldest FROM event WHERE sequence IS NULL) AS e,
         (SELECT count(*) AS number, min(m.sent_at) AS oldest FROM outbox o JOIN message m ON m.id = o.message_id
          WHERE o.state IN ('queued', 'sent')) AS w,
         (SELECT count(*) AS number FROM outbox WHERE state = 'dead') AS d;
END
$$;

REVOKE ALL ON FUNCTION count_open_obligations(), count_waiting() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_open_obligations(), count_waiting() TO noroshi_operator;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
GRANT SELECT ON noroshi.migration TO noroshi_operator;
