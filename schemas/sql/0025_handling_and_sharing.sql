-- Two more steps of handling: the procedure followed (standard 2.2.4(2)(e)) and information shared (2.2.4(2)(l)).
SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

ALTER TABLE handling_step DROP CONSTRAINT handling_step_kind_check;
ALTER TABLE handling_step ADD CONSTRAINT handling_step_kind_check CHECK (kind IN ('ciso_told', 'situation', 'record',
  'rules_followed', 'cause_reported', 'measures_ordered', 'lessons_shared', 'procedure_followed', 'information_shared'));

RESET ROLE;
