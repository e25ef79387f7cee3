-- Persons who sign in by a page (src/sign_in, src/http/api_session.h). An account is a row of `token` without a bearer secret: the
-- same body, role, name, person, end and revocation, so that who acts, what he may and who counts as one person are told by it as by
-- a token. What stands here beside it is how he shows who he is. Signing in is no event of the record, as issuing a token is none.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;
GRANT EXECUTE ON FUNCTION post_has_ended(uuid, text, timestamptz) TO noroshi_owner;
RESET ROLE;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

ALTER TABLE token ALTER secret_sha256 DROP NOT NULL;

CREATE TABLE account (
  token uuid PRIMARY KEY REFERENCES token,
  organization text NOT NULL,
  login text NOT NULL CHECK (login ~ '^[a-z0-9][a-z0-9._-]{1,39}$'),
  ended_at timestamptz,  -- when the token was revoked; its login may then be another's
  -- PBKDF2-HMAC-SHA-256 of the passphrase, and the secret of the one-time codes, sealed by the daemon (account_secrets.h).
  passphrase_hash bytea CHECK (octet_length(passphrase_hash) = 32),
  passphrase_salt bytea CHECK (octet_length(passphrase_salt) = 16),
  passphrase_rounds integer CHECK (passphrase_rounds >= 600000),
  totp_secret bytea CHECK (octet_length(totp_secret) = 48),
  totp_step bigint,  -- the last one whose code was used
  CONSTRAINT account_passphrase_whole
    CHECK (num_nulls(passphrase_hash, passphrase_salt, passphrase_rounds, totp_secret, totp_step) IN (0, 5)),
  CONSTRAINT account_ended_without_passphrase CHECK (ended_at IS NULL OR passphrase_hash IS NULL)
);
CREATE UNIQUE INDEX account_login ON account (organization, login) WHERE ended_at IS NULL;

-- WebAuthn credentials: the id that the authenticator gave, and the public half.
CREATE TABLE passkey (
  id bytea PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 1023),
  token uuid NOT NULL REFERENCES account,
  public_key bytea NOT NULL CHECK (octet_length(public_key) BETWEEN 40 AND 1024),  -- SubjectPublicKeyInfo, DER
  algorithm integer NOT NULL CHECK (algorithm IN (-7, -8, -257)),                 -- COSE: ES256, EdDSA, RS256
  counter bigint NOT NULL CHECK (counter BETWEEN 0 AND 4294967295),
  made_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX passkey_of_account ON passkey (token);

-- By which a person gives himself his credentials: once, within half an hour. One of a demonstration stays good and opens sessions,
-- and gives no credentials; only `noroshi demo` makes them, and to a daemon outside its folder they are no links.
CREATE TABLE set_up_link (
  code_sha256 bytea PRIMARY KEY CHECK (octet_length(code_sha256) = 32),
  token uuid NOT NULL REFERENCES account,
  made_at timestamptz NOT NULL,
  expires_at timestamptz,  -- NULL: of a demonstration
  used_at timestamptz,
  demonstration boolean NOT NULL,
  CONSTRAINT set_up_link_expires CHECK (demonstration = (expires_at IS NULL))
);
CREATE INDEX set_up_link_of_account ON set_up_link (token);

CREATE TABLE web_session (
  id uuid PRIMARY KEY,
  token uuid NOT NULL REFERENCES account,
  secret_sha256 bytea NOT NULL CHECK (octet_length(secret_sha256) = 32),
  created_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX web_session_of_account ON web_session (token);
CREATE INDEX web_session_end ON web_session (ends_at);

-- Failures of a login in a row, of one that nobody has just the same: by the SHA-256 of what was written.
CREATE TABLE sign_in_try (
  login_sha256 bytea PRIMARY KEY CHECK (octet_length(login_sha256) = 32),
  failures integer NOT NULL CHECK (failures >= 0),
  tried_at timestamptz NOT NULL
);
CREATE INDEX sign_in_try_age ON sign_in_try (tried_at);
-- Challenges of passkeys that were answered: each is good once.
CREATE TABLE used_challenge (
  challenge_sha256 bytea PRIMARY KEY CHECK (octet_length(challenge_sha256) = 32),
  used_at timestamptz NOT NULL
);
CREATE INDEX used_challenge_age ON used_challenge (used_at);

-- What only a person's device and this table know is no matter of samples (0016).
ALTER TABLE account ALTER passphrase_hash SET STATISTICS 0, ALTER passphrase_salt SET STATISTICS 0, ALTER totp_secret SET STATISTICS 0;

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['account', 'passkey', 'set_up_link', 'web_session', 'sign_in_try', 'used_challenge'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', table_name);
    EXECUTE format('CREATE POLICY owner ON %I TO noroshi_owner USING (true) WITH CHECK (true)', table_name);
  END LOOP;
  -- Who looks up tokens looks these up, and changes them by the functions below alone.
  FOREACH table_name IN ARRAY ARRAY['account', 'passkey', 'set_up_link', 'web_session'] LOOP
    EXECUTE format('CREATE POLICY look_up ON %I FOR SELECT TO noroshi_authenticator USING (true)', table_name);
    EXECUTE format('GRANT SELECT ON %I TO noroshi_authenticator', table_name);
  END LOOP;
END
$$;

-- Whoever ends a token, ends with it what an account could be entered by. All of it in that commit.
CREATE FUNCTION end_account() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  DELETE FROM web_session w WHERE w.token = NEW.id;
  DELETE FROM set_up_link l WHERE l.token = NEW.id;
  DELETE FROM passkey k WHERE k.token = NEW.id;
  UPDATE account a SET ended_at = NEW.revoked_at, passphrase_hash = NULL, passphrase_salt = NULL, passphrase_rounds = NULL,
    totp_secret = NULL, totp_step = NULL WHERE a.token = NEW.id;
  RETURN NULL;
END
$$;
CREATE TRIGGER account_ends AFTER UPDATE OF revoked_at ON token FOR EACH ROW
  WHEN (NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION end_account();

-- What holds of a token holds of an account (tokens.cpp, find_token).
CREATE FUNCTION account_is_live(of_token uuid, at timestamptz) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM token t JOIN account a ON a.token = t.id
    WHERE t.id = of_token AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > at)
      AND (t.person IS NULL OR NOT post_has_ended(t.person, t.role, at)))
$$;

-- Who it is, for himself.
CREATE FUNCTION describe_account(of_token uuid) RETURNS TABLE (login text, person_name text, passkeys bigint, passphrase boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT a.login, p.name, (SELECT count(*) FROM passkey k WHERE k.token = a.token), a.passphrase_hash IS NOT NULL
  FROM account a JOIN token t ON t.id = a.token LEFT JOIN person p ON p.id = t.person
  WHERE a.token = of_token
$$;

-- Failures so far, and how many seconds (of real time) ago the last one was; NULL: none, or the clock was set back since. Locks
-- them until the end of the transaction, so that tries at once are counted one after the other.
CREATE FUNCTION lock_sign_in_try(of_login bytea) RETURNS TABLE (failures integer, elapsed double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  at timestamptz := clock();
  last_at timestamptz;
BEGIN
  DELETE FROM sign_in_try f WHERE f.login_sha256 IN (
    SELECT o.login_sha256 FROM sign_in_try o WHERE o.tried_at < at - shown_length(interval '1 day') AND o.login_sha256 <> of_login
    ORDER BY o.tried_at LIMIT 20 FOR UPDATE SKIP LOCKED);
  INSERT INTO sign_in_try (login_sha256, failures, tried_at) VALUES (of_login, 0, at) ON CONFLICT DO NOTHING;
  SELECT f.failures, f.tried_at INTO failures, last_at FROM sign_in_try f WHERE f.login_sha256 = of_login FOR UPDATE;
  -- After the lock: another try may have been counted while this one waited for it.
  at := clock();
  IF last_at < at - shown_length(interval '1 day') THEN
    failures := 0;
  END IF;
  IF last_at <= at THEN
    elapsed := extract(epoch FROM at - last_at) / extract(epoch FROM shown_length(interval '1 second'));
  END IF;
  RETURN NEXT;
END
$$;
-- NULL: as many as there are; the wait begins now, when the try was answered.
CREATE FUNCTION note_sign_in_try(of_login bytea, new_failures integer) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  UPDATE sign_in_try f SET failures = coalesce(new_failures, f.failures), tried_at = clock() WHERE f.login_sha256 = of_login
$$;
CREATE FUNCTION forget_sign_in_tries(of_login bytea) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  DELETE FROM sign_in_try f WHERE f.login_sha256 = of_login
$$;

-- False: its code was used before, or a later one.
CREATE FUNCTION take_totp_step(of_token uuid, step bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  UPDATE account a SET totp_step = step WHERE a.token = of_token AND a.totp_step < step;
  RETURN FOUND;
END
$$;
-- False: the authenticator counts, and not on from where it was: there may be two of it (WebAuthn Level 2, 6.1.1).
CREATE FUNCTION take_passkey_counter(of_passkey bytea, new_counter bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  UPDATE passkey k SET counter = new_counter, used_at = clock()
    WHERE k.id = of_passkey AND (k.counter < new_counter OR k.counter = 0 AND new_counter = 0);
  RETURN FOUND;
END
$$;
-- False: it was answered before.
CREATE FUNCTION take_challenge(of_challenge bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
DECLARE
  at timestamptz := clock();
BEGIN
  DELETE FROM used_challenge c WHERE c.challenge_sha256 IN (
    SELECT o.challenge_sha256 FROM used_challenge o WHERE o.used_at < at - shown_length(interval '1 hour')
    ORDER BY o.used_at LIMIT 20 FOR UPDATE SKIP LOCKED);
  INSERT INTO used_challenge (challenge_sha256, used_at) VALUES (of_challenge, at) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END
$$;

-- Follows a link: it is used up, and what the account was entered by until now is gone, sessions too. NULL: the link does not hold, or
-- is a demonstration's.
CREATE FUNCTION follow_set_up_link(of_code bytea) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
DECLARE
  at timestamptz := clock();
  account_of uuid;
BEGIN
  UPDATE set_up_link l SET used_at = at
    WHERE l.code_sha256 = of_code AND NOT l.demonstration AND l.used_at IS NULL AND l.expires_at > at AND account_is_live(l.token, at)
    RETURNING l.token INTO account_of;
  IF account_of IS NULL THEN
    RETURN NULL;
  END IF;
  DELETE FROM web_session w WHERE w.token = account_of;
  DELETE FROM passkey k WHERE k.token = account_of;
  UPDATE account a SET passphrase_hash = NULL, passphrase_salt = NULL, passphrase_rounds = NULL, totp_secret = NULL, totp_step = NULL
    WHERE a.token = account_of;
  RETURN account_of;
END
$$;
-- A new session; when it ends. NULL: the account has ended. Of one account there are twenty at most, the oldest ends.
CREATE FUNCTION open_web_session(of_token uuid, session uuid, secret bytea, lifetime interval) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  at timestamptz := clock();
  ending timestamptz;
BEGIN
  PERFORM FROM account a WHERE a.token = of_token FOR UPDATE;
  IF NOT account_is_live(of_token, at) THEN
    RETURN NULL;
  END IF;
  SELECT least(at + shown_length(lifetime), t.expires_at) INTO ending FROM token t WHERE t.id = of_token;
  DELETE FROM web_session w WHERE w.id IN (
    SELECT o.id FROM web_session o WHERE o.ends_at <= at ORDER BY o.ends_at LIMIT 20 FOR UPDATE SKIP LOCKED);
  DELETE FROM web_session w WHERE w.token = of_token AND w.id IN (
    SELECT o.id FROM web_session o WHERE o.token = of_token ORDER BY o.seen_at DESC, o.id DESC OFFSET 19);
  INSERT INTO web_session (id, token, secret_sha256, created_at, seen_at, ends_at)
    VALUES (session, of_token, secret, at, at, ending);
  RETURN ending;
END
$$;

-- What opens a session: each takes what was proven and opens it in the same step, so that the role of the daemon has no way to a session
-- of an account without using something of it up. They answer when the session ends; NULL: nobody comes in, and the caller rolls back.
--
-- With the passphrase known to be right: its code's step; the failures of what was written as a login are forgotten.
CREATE FUNCTION enter_by_passphrase(of_token uuid, step bigint, of_login bytea, session uuid, secret bytea, lifetime interval)
RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF NOT take_totp_step(of_token, step) THEN
    RETURN NULL;
  END IF;
  PERFORM forget_sign_in_tries(of_login);
  RETURN open_web_session(of_token, session, secret, lifetime);
END
$$;
CREATE FUNCTION enter_by_passkey(of_passkey bytea, new_counter bigint, of_challenge bytea, session uuid, secret bytea, lifetime interval)
RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF NOT take_challenge(of_challenge) OR NOT take_passkey_counter(of_passkey, new_counter) THEN
    RETURN NULL;
  END IF;
  RETURN open_web_session((SELECT k.token FROM passkey k WHERE k.id = of_passkey), session, secret, lifetime);
END
$$;
-- By the link of a demonstration.
CREATE FUNCTION enter_by_link(of_code bytea, session uuid, secret bytea, lifetime interval) RETURNS timestamptz LANGUAGE plpgsql
SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  account_of uuid := (SELECT l.token FROM set_up_link l WHERE l.code_sha256 = of_code AND l.demonstration);
BEGIN
  RETURN open_web_session(account_of, session, secret, lifetime);
END
$$;
CREATE FUNCTION set_up_passphrase(of_code bytea, hash bytea, salt bytea, rounds integer, totp bytea, step bigint, session uuid,
  secret bytea, lifetime interval) RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  account_of uuid := follow_set_up_link(of_code);
BEGIN
  UPDATE account a SET passphrase_hash = hash, passphrase_salt = salt, passphrase_rounds = rounds, totp_secret = totp,
    totp_step = step WHERE a.token = account_of;
  RETURN open_web_session(account_of, session, secret, lifetime);
END
$$;
CREATE FUNCTION set_up_passkey(of_code bytea, passkey_id bytea, key bytea, of_algorithm integer, first_counter bigint, of_challenge bytea,
  session uuid, secret bytea, lifetime interval) RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
DECLARE
  account_of uuid;
BEGIN
  IF NOT take_challenge(of_challenge) THEN
    RETURN NULL;
  END IF;
  account_of := follow_set_up_link(of_code);
  IF account_of IS NOT NULL THEN
    INSERT INTO passkey (id, token, public_key, algorithm, counter, made_at)
      VALUES (passkey_id, account_of, key, of_algorithm, first_counter, clock());
  END IF;
  RETURN open_web_session(account_of, session, secret, lifetime);
END
$$;

-- Somebody is there. Once a minute at most, as note_presence (0015).
CREATE FUNCTION note_web_session(session uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true), set_config('lock_timeout', '100ms', true);
  UPDATE web_session w SET seen_at = clock() WHERE w.id = session;
END
$$;
CREATE FUNCTION end_web_session(session uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  DELETE FROM web_session w WHERE w.id = session
$$;
CREATE FUNCTION end_web_sessions(of_token uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  DELETE FROM web_session w WHERE w.token = of_token
$$;

REVOKE ALL ON FUNCTION end_account(), account_is_live(uuid, timestamptz), describe_account(uuid), lock_sign_in_try(bytea),
  note_sign_in_try(bytea, integer), forget_sign_in_tries(bytea), take_totp_step(uuid, bigint), take_passkey_counter(bytea, bigint),
  take_challenge(bytea), follow_set_up_link(bytea), open_web_session(uuid, uuid, bytea, interval),
  enter_by_passphrase(uuid, bigint, bytea, uuid, bytea, interval), enter_by_passkey(bytea, bigint, bytea, uuid, bytea, interval),
  enter_by_link(bytea, uuid, bytea, interval),
  set_up_passphrase(bytea, bytea, bytea, integer, bytea, bigint, uuid, bytea, interval),
  set_up_passkey(bytea, bytea, bytea, integer, bigint, bytea, uuid, bytea, interval), note_web_session(uuid), end_web_session(uuid),
  end_web_sessions(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_is_live(uuid, timestamptz), describe_account(uuid), lock_sign_in_try(bytea),
  note_sign_in_try(bytea, integer), enter_by_passphrase(uuid, bigint, bytea, uuid, bytea, interval),
  enter_by_passkey(bytea, bigint, bytea, uuid, bytea, interval), enter_by_link(bytea, uuid, bytea, interval),
  set_up_passphrase(bytea, bytea, bytea, integer, bytea, bigint, uuid, bytea, interval),
  set_up_passkey(bytea, bytea, bytea, integer, bigint, bytea, uuid, bytea, interval), note_web_session(uuid), end_web_session(uuid),
  end_web_sessions(uuid), shown_length(interval) TO noroshi_authenticator;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
