-- The catalog of a TimescaleDB as SQL that makes it on a server without one, a line a row. For one session.
SET timezone TO 'UTC';

-- Its relations. Views are there as tables of the rows they have.
CREATE TEMP VIEW catalog AS
  SELECT c.oid, format('%I.%I', nspname, relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'v')
    AND (nspname IN ('_timescaledb_catalog', '_timescaledb_config', 'timescaledb_information')
         OR nspname = '_timescaledb_internal' AND relname LIKE 'bgw\_%')
    AND relname NOT IN ('metadata', 'telemetry_event', 'compression_algorithm');

-- The user's relations and their chunks: the catalog names them. Continuous aggregates are tables here, too.
CREATE TEMP VIEW named AS
  SELECT c.oid, format('%I.%I', nspname, relname) AS name, inhparent::regclass AS parent
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace LEFT JOIN pg_inherits ON inhrelid = c.oid
  WHERE relkind IN ('r', 'v') AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND nspname NOT LIKE 'pg\_temp%'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND deptype = 'e');

-- A table has those columns whose types every server knows.
CREATE FUNCTION pg_temp.columns_of(relation oid) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum), '')
  FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
  WHERE attrelid = relation AND attnum > 0 AND attislocal AND NOT attisdropped
    AND typnamespace = 'pg_catalog'::regnamespace $$;

CREATE FUNCTION pg_temp.rows_of(relation oid) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  cells text;
BEGIN
  SELECT string_agg(format(CASE WHEN typname ~ '^(int[248]|float[48]|bool)$' THEN 'coalesce(%I::text, ''NULL'')'
                                ELSE 'quote_nullable(%I::text)' END, attname), ', ' ORDER BY attnum) INTO cells
    FROM pg_attribute JOIN pg_type t ON t.oid = atttypid WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped;
  RETURN QUERY EXECUTE format('SELECT ''('' || concat_ws('', '', %s) || '')'' FROM %s LIMIT 200', cells, relation::regclass);
END $$;

CREATE FUNCTION pg_temp.insert_of(relation oid, name text) RETURNS text LANGUAGE sql AS $$
  SELECT format(E'INSERT INTO %s VALUES\n%s;', name, string_agg(line, E',\n' ORDER BY line COLLATE "C"))
  FROM pg_temp.rows_of(relation) line HAVING count(*) > 0 $$;

WITH lines(part, name, line) AS (
  SELECT 1, nspname::text, format('CREATE SCHEMA IF NOT EXISTS %I;', nspname)
    FROM pg_namespace n WHERE EXISTS (SELECT FROM pg_class c JOIN named USING (oid) WHERE relnamespace = n.oid)
  UNION ALL
  SELECT 2, nspname, format(E'CREATE SCHEMA IF NOT EXISTS %1$I;\nGRANT USAGE ON SCHEMA %1$I TO PUBLIC;', nspname)
    FROM pg_namespace WHERE nspname ~ '^_?timescaledb_(catalog|config|internal|information)$'
  UNION ALL
  SELECT 3, proname, pg_get_functiondef(p.oid) || ';' FROM pg_proc p
    WHERE prokind = 'f' AND pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND deptype = 'e')
  UNION ALL
  SELECT CASE WHEN parent IS NULL THEN 4 ELSE 5 END, name,
         format('CREATE TABLE %s (%s)%s;', name, pg_temp.columns_of(oid), ' INHERITS (' || parent || ')') FROM named
  UNION ALL
  SELECT 6, name || ' 1', format('CREATE TABLE %s (%s);', name, pg_temp.columns_of(oid)) FROM catalog
  UNION ALL
  SELECT 6, name || ' 2', format('GRANT SELECT ON %s TO PUBLIC;', name) FROM catalog
    WHERE has_table_privilege('public', oid, 'SELECT')
  UNION ALL
  SELECT 6, name || ' 3', pg_temp.insert_of(oid, name) FROM catalog
  UNION ALL
  SELECT 7, '', 'CREATE SCHEMA recorded;'
  UNION ALL
  SELECT 8, '', 'CREATE TABLE recorded.extension (extname name, extversion text, license text, at timestamptz);'
  UNION ALL
  SELECT 9, '', format('INSERT INTO recorded.extension VALUES (%L, %L, %L, %L);', extname, extversion,
                       current_setting('timescaledb.license'), now()) FROM pg_extension WHERE extname = 'timescaledb'
)
SELECT line FROM lines WHERE line IS NOT NULL ORDER BY part, name COLLATE "C";
