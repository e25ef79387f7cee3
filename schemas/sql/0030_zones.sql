-- Zones (3.1.1(4)(d), (6)): what touches the internet holds no annex of 機密性3. Which daemons use this database and what lies around
-- them is known here, so that each of them refuses an annex because of any other.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- A daemon is named by its signing key, which its folder has for itself. It says every minute that it is here, and that it has ended;
-- of one that was killed the row counts for a day of real time: until then it may be started again as it was.
CREATE TABLE daemon_zone (
  daemon text PRIMARY KEY CHECK (daemon <> '' AND octet_length(daemon) <= 200),
  listener_zone text NOT NULL CHECK (listener_zone IN ('internet', 'government_lan', 'closed')),
  database_zone text NOT NULL CHECK (database_zone IN ('internet', 'government_lan', 'closed')),
  listens text NOT NULL CHECK (octet_length(listens) <= 300),  -- where, for a person
  seen_at timestamptz NOT NULL  -- shown time
);
ALTER TABLE daemon_zone ENABLE ROW LEVEL SECURITY;
ALTER TABLE daemon_zone FORCE ROW LEVEL SECURITY;
REVOKE ALL ON daemon_zone FROM PUBLIC;
CREATE POLICY apply ON daemon_zone TO noroshi_apply USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON daemon_zone TO noroshi_apply;
GRANT EXECUTE ON FUNCTION shown_length(interval) TO noroshi_apply;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- All that is in use, of every zone. An endpoint that waits for its second person, or is disabled, is not: becoming active it is
-- refused where annexes are held, so that nobody keeps annexes away by asking alone.
CREATE FUNCTION zones_here() RETURNS TABLE (kind text, name text, zone text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  forgotten_at timestamptz := clock() - shown_length(interval '24 hours');
BEGIN
  RETURN QUERY
    SELECT 'listener'::text, d.listens, d.listener_zone FROM daemon_zone d WHERE d.seen_at > forgotten_at
    UNION ALL
    SELECT 'database'::text, d.listens, d.database_zone FROM daemon_zone d WHERE d.seen_at > forgotten_at
    UNION ALL
    SELECT 'endpoint'::text, e.organization, e.zone FROM endpoint e WHERE e.state = 'active'
    ORDER BY 1, 2;
END
$$;
CREATE FUNCTION internet_is_here() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT EXISTS (SELECT FROM zones_here() WHERE zone = 'internet')
$$;
CREATE FUNCTION annexes_are_here() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT EXISTS (SELECT FROM annex_content)
$$;
-- Whoever adds what touches the internet, and whoever adds an annex, come after each other.
CREATE FUNCTION lock_zones() RETURNS void LANGUAGE sql SET search_path = noroshi, pg_temp AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('noroshi.zones', 0))
$$;

-- The daemon is here, with that around it. False: it must not be, since annexes are held here and it touches the internet.
CREATE FUNCTION daemon_is_here(daemon text, listener_zone text, database_zone text, listens text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM lock_zones();
  IF 'internet' IN (daemon_is_here.listener_zone, daemon_is_here.database_zone) AND annexes_are_here() THEN
    RETURN false;
  END IF;
  INSERT INTO daemon_zone AS d (daemon, listener_zone, database_zone, listens, seen_at)
    VALUES (daemon_is_here.daemon, daemon_is_here.listener_zone, daemon_is_here.database_zone, daemon_is_here.listens, clock())
  ON CONFLICT ON CONSTRAINT daemon_zone_pkey DO UPDATE SET listener_zone = EXCLUDED.listener_zone,
    database_zone = EXCLUDED.database_zone, listens = EXCLUDED.listens, seen_at = EXCLUDED.seen_at;
  RETURN true;
END
$$;
CREATE FUNCTION daemon_has_ended(daemon text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  DELETE FROM daemon_zone d WHERE d.daemon = daemon_has_ended.daemon
$$;

-- What never happens, whoever writes.
CREATE FUNCTION refuse_annex_beside_internet() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM lock_zones();
  IF internet_is_here() THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'annex_zone',
      MESSAGE = 'a listener, a database or an endpoint of zone internet is here: no annex is held';
  END IF;
  RETURN NEW;
END
$$;
CREATE FUNCTION refuse_internet_beside_annex() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM lock_zones();
  IF annexes_are_here() THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'annex_zone',
      MESSAGE = 'annexes are held here: nothing of zone internet is added';
  END IF;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION zones_here(), internet_is_here(), annexes_are_here(), lock_zones(), daemon_is_here(text, text, text, text),
  daemon_has_ended(text), refuse_annex_beside_internet(), refuse_internet_beside_annex() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION internet_is_here(), annexes_are_here() TO noroshi_writer;
GRANT EXECUTE ON FUNCTION zones_here(), internet_is_here(), annexes_are_here(), daemon_is_here(text, text, text, text),
  daemon_has_ended(text) TO noroshi_operator;
GRANT EXECUTE ON FUNCTION refuse_annex_beside_internet(), refuse_internet_beside_annex() TO noroshi_owner;
RESET ROLE;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
CREATE TRIGGER annex_zone BEFORE INSERT ON annex FOR EACH ROW EXECUTE FUNCTION refuse_annex_beside_internet();
CREATE TRIGGER annex_content_zone BEFORE INSERT OR UPDATE ON annex_content FOR EACH ROW
  EXECUTE FUNCTION refuse_annex_beside_internet();
CREATE TRIGGER endpoint_zone BEFORE UPDATE OF state ON endpoint FOR EACH ROW
  WHEN (NEW.zone = 'internet' AND NEW.state = 'active') EXECUTE FUNCTION refuse_internet_beside_annex();
CREATE TRIGGER daemon_zone BEFORE INSERT OR UPDATE ON daemon_zone FOR EACH ROW
  WHEN ('internet' IN (NEW.listener_zone, NEW.database_zone)) EXECUTE FUNCTION refuse_internet_beside_annex();
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
