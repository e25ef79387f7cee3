-- Somebody hears alarms who can be there: who holds a token, or signs in by what he has set up. An account whose set-up link nobody
-- has followed yet is nobody's.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

CREATE OR REPLACE FUNCTION bodies_with_person(at timestamptz) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT DISTINCT t.organization FROM token t LEFT JOIN account a ON a.token = t.id
    WHERE t.role IN ('csirt_member', 'csirt_head', 'external_contact', 'ciso', 'center_liaison', 'police_desk',
                     'crisis_desk')
      AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > at)
      AND (a.token IS NULL OR a.passphrase_hash IS NOT NULL
           OR EXISTS (SELECT FROM passkey k WHERE k.token = a.token)
           OR EXISTS (SELECT FROM set_up_link l WHERE l.token = a.token AND l.demonstration));
END
$$;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner;
