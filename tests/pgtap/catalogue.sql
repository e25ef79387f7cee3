-- What the catalogue must say of EVERY object of the schema, by pgTAP. Nothing here names a table that has to be right: the
-- tests are made from pg_catalog, so that a table, function or grant of tomorrow is looked at without anybody thinking of it.
-- What is named is what may be otherwise, each with its reason; a name that is there no more fails too.
--
-- Runs inside a transaction of the caller (test_catalogue.py), as superuser, with pgTAP in schema `tap`.
SET LOCAL search_path = tap, noroshi, pg_catalog;
SET LOCAL client_min_messages = warning;
SELECT * FROM no_plan();

-- --- What may be otherwise -------------------------------------------------------------------------------------------------

-- Tables without row-level security: transitions, the shape of the record and the clock. No row of them is of one body. With
-- their columns, so that nobody adds one that is.
CREATE TEMPORARY TABLE open_table (name name PRIMARY KEY, columns text NOT NULL);
INSERT INTO open_table VALUES
  ('assignment_transition', 'from_state to_state'),
  ('checkpoint', 'history note origin root signed_at size'),
  ('clock_ladder', 'only_row steps'),
  ('clock_setting', 'only_row rate real_at shown_at'),
  ('cosignature', 'cosigned_at line number origin received_at size witness'),
  ('cymat_member_transition', 'from_state to_state'),
  ('cymat_transition', 'from_ruling from_state to_ruling to_state'),
  ('endpoint_transition', 'from_state to_state'),
  ('incident_transition', 'from_state to_state'),
  ('message_transition', 'from_state to_state'),
  ('migration', 'applied_at name number sha256'),
  ('obligation_transition', 'from_state to_state'),
  ('record_origin', 'event_id first_sequence name opened_at ordinal'),
  ('record_tile', 'hashes index level origin'),
  ('sealer', 'holder lease_until nodes only_row origin size token'),
  ('sequencer', 'holder lease_until next_sequence only_row token'),
  ('signing_key', 'algorithm event_id id public_key purpose registered_at retired_at retirement_event_id'),
  ('witness', 'added_at name public_key removed_at');

-- Owned by whoever runs the migrations, before there is any other role.
CREATE TEMPORARY TABLE owned_by_operator (name name PRIMARY KEY);
INSERT INTO owned_by_operator VALUES ('migration');

-- Policies that let a role see every row. Each is of a role that serves no body: it moves what is due, or knows tokens.
CREATE TEMPORARY TABLE whole_view (role name, relation name, PRIMARY KEY (role, relation));
INSERT INTO whole_view VALUES
  ('noroshi_authenticator', 'body_presence'),  -- when a body's people were last here
  ('noroshi_authenticator', 'token'),
  ('noroshi_authenticator', 'account'),  -- and by what accounts are entered
  ('noroshi_authenticator', 'passkey'),
  ('noroshi_authenticator', 'set_up_link'),
  ('noroshi_authenticator', 'web_session'),
  ('noroshi_delivery', 'attempt'),
  ('noroshi_delivery', 'delivery'),
  ('noroshi_delivery', 'endpoint'),
  ('noroshi_delivery', 'endpoint_circuit'),
  ('noroshi_sequencer', 'event'),
  ('noroshi_ticker', 'incident_clock'),
  ('noroshi_delivery', 'content_key'),  -- wrapped, and no use by itself
  ('noroshi_writer', 'content_key'),
  ('noroshi_writer', 'content_epoch'),  -- names of keys
  ('noroshi_owner', 'content_epoch'),
  ('noroshi_owner', 'content_key'),
  ('noroshi_owner', 'body_presence'),  -- the owner's functions read these
  ('noroshi_owner', 'person'),
  ('noroshi_owner', 'account'),
  ('noroshi_owner', 'passkey'),
  ('noroshi_owner', 'set_up_link'),
  ('noroshi_owner', 'sign_in_try'),
  ('noroshi_owner', 'used_challenge'),
  ('noroshi_owner', 'web_session'),
  ('noroshi_owner', 'token');

-- What a role of the daemon writes itself, and not through apply(): leases, numbers, tiles.
CREATE TEMPORARY TABLE own_write (role name, relation name, privileges text, PRIMARY KEY (role, relation));
INSERT INTO own_write VALUES
  ('noroshi_delivery', 'attempt', 'INSERT UPDATE'),
  ('noroshi_delivery', 'delivery', 'UPDATE(lease_until next_at token tried)'),
  ('noroshi_delivery', 'endpoint_circuit', 'INSERT UPDATE'),
  ('noroshi_sequencer', 'checkpoint', 'INSERT'),
  ('noroshi_sequencer', 'event', 'UPDATE(sequence)'),
  ('noroshi_sequencer', 'record_tile', 'INSERT UPDATE'),
  ('noroshi_sequencer', 'sealer', 'UPDATE'),
  ('noroshi_sequencer', 'sequencer', 'UPDATE'),
  ('noroshi_ticker', 'incident_clock', 'UPDATE(lease_until token)');

-- Functions that everybody may execute. They run with the rights of who calls them, and tell nothing but the time, the
-- settings of his own transaction, or what follows from their arguments.
CREATE TEMPORARY TABLE public_function (name name PRIMARY KEY);
INSERT INTO public_function VALUES
  ('caller'), ('clock'), ('erased_text'), ('least_retained_until'), ('locked_body'), ('locked_incidents'), ('locked_staffs'),
  ('outlives_erasure'), ('set_shown_clock');

-- Without a search path of their own: plain SQL that is put in the place of its call, and names nothing of the schema.
CREATE TEMPORARY TABLE inlined_function (name name PRIMARY KEY);
INSERT INTO inlined_function VALUES ('lease_holds'), ('is_sealed');

-- What seals a database of an earlier version goes through a list of columns; it runs as the owner, whose alone it is.
CREATE TEMPORARY TABLE speaking_function (name name PRIMARY KEY);
INSERT INTO speaking_function VALUES ('begin_sealing'), ('unsealed'), ('seal'), ('end_sealing');

-- Checkpoints of before there were histories have none, and stay.
CREATE TEMPORARY TABLE later_constraint (name name PRIMARY KEY);
INSERT INTO later_constraint VALUES ('checkpoint_has_history');

-- --- What there is -----------------------------------------------------------------------------------------------------------

CREATE TEMPORARY VIEW relation AS
SELECT c.oid, c.relname AS name, c.relkind AS kind, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
       c.relpersistence AS persistence, c.reloptions AS options, c.relowner AS owner, c.relacl AS acl
FROM pg_class c
WHERE c.relnamespace = 'noroshi'::regnamespace AND c.relkind NOT IN ('i', 'I', 't', 'c');

CREATE TEMPORARY VIEW daemon_role AS
SELECT oid, rolname AS name, rolcanlogin AS may_log_in FROM pg_roles WHERE rolname LIKE 'noroshi\_%';

-- Who may do what, column by column where that is how it was granted; 0 is PUBLIC.
CREATE TEMPORARY VIEW relation_grant AS
SELECT r.oid AS relation, r.name, g.grantee, g.privilege_type AS privilege, NULL::name AS of_column, g.is_grantable
FROM relation r CROSS JOIN LATERAL aclexplode(r.acl) AS g
UNION ALL
SELECT r.oid, r.name, g.grantee, g.privilege_type, a.attname, g.is_grantable
FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND NOT a.attisdropped CROSS JOIN LATERAL aclexplode(a.attacl) AS g;

-- A policy for each role that it is for; 0 is PUBLIC.
CREATE TEMPORARY VIEW policy AS
SELECT p.oid, p.polname AS name, p.polrelid AS relation, r.name AS relation_name, p.polcmd AS command,
       p.polpermissive AS permissive, role, pg_get_expr(p.polqual, p.polrelid) AS sees,
       pg_get_expr(p.polwithcheck, p.polrelid) AS writes
FROM pg_policy p JOIN relation r ON r.oid = p.polrelid CROSS JOIN LATERAL unnest(p.polroles) AS role;

CREATE TEMPORARY VIEW routine AS
SELECT p.oid, p.proname AS name, p.oid::regprocedure::text AS spelled, p.prosecdef AS definer, p.proowner AS owner, p.prosrc AS text,
       p.proleakproof AS leakproof, p.prorettype = 'trigger'::regtype AS is_trigger, l.lanname AS language, p.proacl AS acl,
       (SELECT substr(setting, length('search_path=') + 1) FROM unnest(p.proconfig) AS setting
        WHERE setting LIKE 'search_path=%') AS search_path
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'noroshi'::regnamespace;

-- Policies that ask whose transaction this is: by a function of the settings, or by rows of another table that do.
CREATE TEMPORARY VIEW asking_policy AS
WITH RECURSIVE asking(policy, relation) AS (
  SELECT d.objid, p.polrelid
  FROM pg_depend d JOIN pg_policy p ON p.oid = d.objid
  WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_proc'::regclass
    AND d.refobjid IN (SELECT oid FROM routine WHERE name IN ('caller', 'locked_incidents', 'locked_staffs', 'locked_body'))
  UNION
  SELECT d.objid, p.polrelid
  FROM asking a JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.relation
       AND d.classid = 'pg_policy'::regclass
       JOIN pg_policy p ON p.oid = d.objid AND p.polrelid <> a.relation
)
SELECT policy FROM asking;

-- --- Lists are of what is there ------------------------------------------------------------------------------------------------

SELECT ok(EXISTS (SELECT FROM relation r WHERE r.name = listed.name AND r.kind = 'r'), 'list: the table ' || listed.name || ' is there')
FROM (SELECT name FROM open_table UNION SELECT name FROM owned_by_operator UNION SELECT relation FROM whole_view
      UNION SELECT relation FROM own_write) AS listed ORDER BY listed.name;
SELECT ok(EXISTS (SELECT FROM routine r WHERE r.name = listed.name), 'list: the function ' || listed.name || ' is there')
FROM (SELECT name FROM public_function UNION SELECT name FROM inlined_function) AS listed ORDER BY listed.name;

-- --- Tables ----------------------------------------------------------------------------------------------------------------

SELECT cmp_ok(count(*), '>=', 60::bigint, 'the tables were found') FROM relation WHERE kind = 'r';
SELECT ok(kind IN ('r', 'S', 'v'), 'relation ' || name || ' is a table, a sequence or a view') FROM relation ORDER BY name;
SELECT ok(persistence = 'p', 'table ' || name || ' outlives a crash') FROM relation WHERE kind = 'r' ORDER BY name;
SELECT ok(secured AND forced, 'table ' || name || ' has row-level security, forced')
FROM relation WHERE kind = 'r' AND name NOT IN (SELECT name FROM open_table) ORDER BY name;
SELECT is((SELECT string_agg(attname, ' ' ORDER BY attname) FROM pg_attribute
           WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped), o.columns,
          'table ' || r.name || ', which has no row-level security, has the columns that are known')
FROM relation r JOIN open_table o USING (name) ORDER BY r.name;
SELECT ok(CASE WHEN r.name IN (SELECT name FROM owned_by_operator) THEN r.owner NOT IN (SELECT oid FROM daemon_role)
               ELSE EXISTS (SELECT FROM daemon_role d WHERE d.oid = r.owner AND NOT d.may_log_in) END,
          'relation ' || r.name || ' belongs to nobody who logs in')
FROM relation r ORDER BY r.name;
SELECT ok(kind <> 'v' OR coalesce('security_invoker=true' = ANY (options), false),
          'view ' || name || ' looks with the rights of who asks')
FROM relation WHERE kind = 'v' ORDER BY name;
SELECT ok(NOT EXISTS (SELECT FROM pg_rewrite w WHERE w.ev_class = r.oid AND r.kind <> 'v'), 'table ' || r.name || ' has no rule')
FROM relation r WHERE r.kind = 'r' ORDER BY r.name;
SELECT ok(t.tgenabled IN ('O', 'A'), 'trigger ' || t.tgname || ' of ' || r.name || ' is not switched off')
FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid ORDER BY r.name, t.tgname;
SELECT ok(c.convalidated OR c.conname IN (SELECT name FROM later_constraint), 'constraint ' || c.conname || ' of ' || r.name || ' holds for old rows too')
FROM pg_constraint c JOIN relation r ON r.oid = c.conrelid ORDER BY r.name, c.conname;

-- --- Who may what ------------------------------------------------------------------------------------------------------------

SELECT ok(NOT EXISTS (SELECT FROM relation_grant g WHERE g.relation = r.oid AND g.grantee = 0), 'relation ' || r.name || ': PUBLIC has nothing')
FROM relation r ORDER BY r.name;
SELECT ok(NOT EXISTS (SELECT FROM relation_grant g WHERE g.relation = r.oid AND g.grantee <> r.owner
                        AND (g.is_grantable OR g.privilege IN ('TRUNCATE', 'REFERENCES', 'TRIGGER'))),
          'relation ' || r.name || ': nobody but its owner may empty it, hang something on it or pass it on')
FROM relation r ORDER BY r.name;
SELECT ok(NOT EXISTS (SELECT FROM relation_grant g WHERE g.relation = r.oid AND g.grantee NOT IN (0, r.owner)
                        AND g.grantee NOT IN (SELECT oid FROM daemon_role)),
          'relation ' || r.name || ': nobody but the roles of the daemon has anything')
FROM relation r ORDER BY r.name;

-- What roles that log in write themselves: exactly what is stated.
CREATE TEMPORARY VIEW written AS
SELECT d.name AS role, g.name AS relation,
       string_agg(DISTINCT g.privilege || coalesce('(' || (
         SELECT string_agg(o.of_column, ' ' ORDER BY o.of_column) FROM relation_grant o
         WHERE o.relation = g.relation AND o.grantee = g.grantee AND o.privilege = g.privilege) || ')', ''), ' ') AS privileges
FROM relation_grant g JOIN daemon_role d ON d.oid = g.grantee AND d.may_log_in
WHERE g.privilege <> 'SELECT'
GROUP BY d.name, g.name;
SELECT is(w.privileges, o.privileges, coalesce(w.role, o.role) || ' writes to ' || coalesce(w.relation, o.relation) || ' what is stated')
FROM written w FULL JOIN own_write o ON o.role = w.role AND o.relation = w.relation
ORDER BY 1;

-- --- Policies ----------------------------------------------------------------------------------------------------------------

SELECT ok(p.role <> 0, 'policy ' || p.name || ' of ' || p.relation_name || ' is for a named role') FROM policy p ORDER BY p.relation_name, p.name;
SELECT ok(p.permissive, 'policy ' || p.name || ' of ' || p.relation_name || ' permits') FROM policy p ORDER BY p.relation_name, p.name;
-- A privilege without a policy would be a promise that the table does not keep, or a policy that somebody forgot.
SELECT ok(EXISTS (SELECT FROM policy p WHERE p.relation = g.relation AND p.role = g.grantee
                    AND p.command IN ('*', CASE g.privilege WHEN 'SELECT' THEN 'r' WHEN 'INSERT' THEN 'a' WHEN 'UPDATE' THEN 'w' ELSE 'd' END)),
          'table ' || g.name || ' has a policy for ' || g.privilege || ' by ' || d.name)
FROM (SELECT DISTINCT relation, name, grantee, privilege FROM relation_grant
      WHERE privilege IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')) AS g
     JOIN relation r ON r.oid = g.relation AND r.kind = 'r' AND r.secured AND r.owner <> g.grantee
     JOIN daemon_role d ON d.oid = g.grantee
ORDER BY g.name, d.name, g.privilege;
-- Every row at once: for the functions that write (apply), and for whoever is stated.
SELECT ok(d.name = 'noroshi_apply' OR EXISTS (SELECT FROM whole_view v WHERE v.role = d.name AND v.relation = p.relation_name),
          'policy ' || p.name || ' of ' || p.relation_name || ' may show ' || d.name || ' every row')
FROM policy p JOIN daemon_role d ON d.oid = p.role
WHERE coalesce(p.sees, 'true') = 'true' AND p.command <> 'a' OR p.writes = 'true'
ORDER BY p.relation_name, p.name;
-- Whoever acts for a body is shown what the settings of his transaction say, and nothing where they are not set. Of the record,
-- which is everybody's, the events that concern no case and no body.
SELECT ok(p.oid IN (SELECT policy FROM asking_policy) OR (p.relation_name = 'event' AND p.name = 'of_the_record')
            OR p.name = 'writer' AND p.relation_name IN ('content_key', 'content_epoch'),
          'policy ' || p.name || ' of ' || p.relation_name || ' asks whose transaction this is')
FROM policy p JOIN daemon_role d ON d.oid = p.role
WHERE d.name IN ('noroshi_reader', 'noroshi_writer')
ORDER BY p.relation_name, p.name;

-- --- Functions ---------------------------------------------------------------------------------------------------------------

SELECT cmp_ok(count(*), '>=', 120::bigint, 'the functions were found') FROM routine;
SELECT ok(search_path = 'noroshi, pg_temp' OR (name IN (SELECT name FROM inlined_function) AND NOT definer),
          'function ' || spelled || ' has its search path fixed, temporary objects last')
FROM routine ORDER BY spelled;
SELECT ok(EXISTS (SELECT FROM daemon_role d WHERE d.oid = r.owner AND NOT d.may_log_in), 'function ' || r.spelled || ' belongs to nobody who logs in')
FROM routine r ORDER BY r.spelled;
SELECT ok(NOT EXISTS (SELECT FROM aclexplode(coalesce(r.acl, acldefault('f', r.owner))) AS g WHERE g.grantee = 0)
          OR NOT r.definer AND (r.is_trigger OR r.name IN (SELECT name FROM public_function)),
          'function ' || r.spelled || ' is executed by whom it names')
FROM routine r ORDER BY r.spelled;
SELECT ok(NOT EXISTS (SELECT FROM aclexplode(r.acl) AS g WHERE g.grantee <> 0 AND g.grantee NOT IN (SELECT oid FROM daemon_role)),
          'function ' || r.spelled || ': nobody but the roles of the daemon may execute it')
FROM routine r ORDER BY r.spelled;
SELECT ok(language IN ('sql', 'plpgsql'), 'function ' || spelled || ' is written in SQL or PL/pgSQL') FROM routine ORDER BY spelled;
-- The planner would show such a one rows before the policies are asked.
SELECT ok(NOT leakproof, 'function ' || spelled || ' claims nothing of leaks') FROM routine ORDER BY spelled;
SELECT ok(text !~* '\mexecute\M' OR (name IN (SELECT name FROM speaking_function) AND NOT definer), 'function ' || spelled || ' makes no SQL of strings') FROM routine ORDER BY spelled;

-- --- Roles and schemas -------------------------------------------------------------------------------------------------------

SELECT ok(NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication), 'role ' || rolname || ' has no attribute of power')
FROM pg_roles WHERE rolname LIKE 'noroshi\_%' ORDER BY rolname;
SELECT ok(NOT EXISTS (SELECT FROM pg_auth_members m WHERE m.member = d.oid), 'role ' || d.name || ' is a member of no other') FROM daemon_role d ORDER BY d.name;
SELECT ok(d.may_log_in = (d.name NOT IN ('noroshi_owner', 'noroshi_apply')), 'role ' || d.name || ' logs in or owns, never both') FROM daemon_role d ORDER BY d.name;
SELECT ok(NOT has_schema_privilege(d.oid, s.oid, 'CREATE'), 'role ' || d.name || ' makes nothing in schema ' || s.nspname)
FROM daemon_role d CROSS JOIN pg_namespace s
WHERE s.nspname IN ('noroshi', 'public', 'pg_catalog', 'information_schema') ORDER BY s.nspname, d.name;
SELECT ok(NOT EXISTS (SELECT FROM aclexplode(s.nspacl) AS g WHERE g.grantee = 0), 'schema ' || s.nspname || ': PUBLIC has nothing')
FROM pg_namespace s WHERE s.nspname IN ('noroshi', 'public') ORDER BY s.nspname;
SELECT is((SELECT string_agg(defaclobjtype::text, '') FROM pg_default_acl), NULL, 'no privileges by default');
SELECT is((SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension), 'pgtap plpgsql', 'no extension but the language');
SELECT is((SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'tap'),
          'information_schema noroshi public', 'no other schema');
SELECT is((SELECT count(*) FROM pg_event_trigger), 0::bigint, 'no event trigger');
SELECT is((SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace), 0::bigint, 'nothing in schema public');
SELECT is((SELECT count(*) FROM pg_foreign_server) + (SELECT count(*) FROM pg_publication) + (SELECT count(*) FROM pg_subscription), 0::bigint,
          'no way to another server');

SELECT * FROM finish();
