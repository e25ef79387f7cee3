-- Roles of the daemon, each with what its work needs and no more. None of them owns a table: tables belong to
-- noroshi_owner, the functions that write to noroshi_apply; nobody logs in as either.
DO $$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['noroshi_owner', 'noroshi_apply'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', role_name);
    END IF;
  END LOOP;
  FOREACH role_name IN ARRAY ARRAY['noroshi_writer', 'noroshi_reader', 'noroshi_sequencer', 'noroshi_delivery',
                                   'noroshi_ticker', 'noroshi_authenticator', 'noroshi_operator'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', role_name);
    END IF;
  END LOOP;
  -- Whoever runs the migrations hands the objects over, and may act as the daemon's roles (--database-url).
  FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'noroshi\_%' LOOP
    IF NOT pg_has_role(current_user, role_name, 'MEMBER') THEN
      EXECUTE format('GRANT %I TO %I', role_name, current_user);
    END IF;
  END LOOP;
END
$$;

CREATE SCHEMA IF NOT EXISTS noroshi;
GRANT USAGE, CREATE ON SCHEMA noroshi TO noroshi_owner;
GRANT USAGE, CREATE ON SCHEMA noroshi TO noroshi_apply;
GRANT USAGE ON SCHEMA noroshi
  TO noroshi_writer, noroshi_reader, noroshi_sequencer, noroshi_delivery, noroshi_ticker, noroshi_authenticator,
     noroshi_operator;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
