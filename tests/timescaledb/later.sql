-- What becomes of the database of rich.sql after its jobs ran. Statements end with an empty line.
SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs WHERE config->>'purpose' = 'is paused';

-- Of the bars' chunks one is frozen, one is uncompressed again, and one takes late rows, which are invalidations, too.
SELECT _timescaledb_functions.freeze_chunk(chunk) FROM
  (SELECT chunk FROM show_chunks('market.bars', older_than => interval '9 days') chunk ORDER BY chunk LIMIT 1) oldest;

SELECT decompress_chunk(chunk) FROM
  (SELECT chunk FROM show_chunks('market.bars', older_than => interval '4 days') chunk ORDER BY chunk DESC LIMIT 1) one;

INSERT INTO market.bars VALUES (now() - interval '6 days', 'AAA', 2);

CALL refresh_continuous_aggregate('market.bars_weekly', NULL, now() - interval '7 days');

-- As if the old chunk were in object storage: there its true range is not in the catalog.
UPDATE _timescaledb_catalog.chunk SET osm_chunk = true WHERE id =
  (SELECT min(c.id) FROM _timescaledb_catalog.chunk c JOIN _timescaledb_catalog.hypertable h ON h.id = c.hypertable_id
   WHERE h.table_name = 'tiered');

UPDATE _timescaledb_catalog.hypertable SET status = status | 1 WHERE table_name = 'tiered';

UPDATE _timescaledb_catalog.dimension_slice SET range_start = 9223372036854775806, range_end = 9223372036854775807
  WHERE id IN (SELECT cc.dimension_slice_id FROM _timescaledb_catalog.chunk_constraint cc
               JOIN _timescaledb_catalog.chunk c ON c.id = cc.chunk_id WHERE c.osm_chunk);

-- Catalogs that were once those of older releases remember chunks that were dropped. A view wants the table, though.
DO $$ BEGIN
  IF EXISTS (SELECT FROM information_schema.columns WHERE table_schema = '_timescaledb_catalog'
             AND table_name = 'chunk' AND column_name = 'dropped') THEN
    CREATE TABLE _timescaledb_internal._hyper_1_999_chunk ();
    INSERT INTO _timescaledb_catalog.chunk
      (id, hypertable_id, schema_name, table_name, dropped, status, osm_chunk, creation_time)
      SELECT 999, id, '_timescaledb_internal', '_hyper_1_999_chunk', true, 0, false, now() - interval '1 year'
      FROM _timescaledb_catalog.hypertable WHERE table_name = 'bars';
  END IF;
END $$;
