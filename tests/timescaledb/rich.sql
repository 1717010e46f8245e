-- A database that has one of everything the TimescaleDB collectors look at. Statements end with an empty line.
-- It takes the community edition. Small: its catalog becomes a file of tests/fixtures/timescaledb. What later.sql does
-- comes when the jobs have run.
SET timezone TO 'UTC';

CREATE SCHEMA market;

-- Compression, retention and reorder policies. Jobs that begin in ten years do not come between.
CREATE TABLE market.bars (time timestamptz NOT NULL, symbol text NOT NULL, price float8);

SELECT create_hypertable('market.bars', 'time', chunk_time_interval => interval '1 day');

INSERT INTO market.bars SELECT time, symbol, 1 FROM
  generate_series(date_trunc('day', now()) - interval '11 days', now(), '6 hours') time, unnest('{AAA,BBB}'::text[]) symbol;

CREATE INDEX bars_symbol ON market.bars (symbol, time);

ALTER TABLE market.bars SET (timescaledb.compress, timescaledb.compress_segmentby = 'symbol',
  timescaledb.compress_orderby = 'time');

SELECT add_compression_policy('market.bars', interval '3 days');

SELECT add_retention_policy('market.bars', interval '1 month');

SELECT add_reorder_policy('market.bars', 'bars_symbol', initial_start => now() + interval '10 years');

-- A chain of continuous aggregates: of a day's bars, and of a week's.
CREATE MATERIALIZED VIEW market.bars_daily WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
  SELECT time_bucket(interval '1 day', time) AS day, symbol, max(price) AS high FROM market.bars GROUP BY 1, 2
  WITH NO DATA;

CREATE MATERIALIZED VIEW market.bars_weekly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
  SELECT time_bucket(interval '7 days', day) AS week, symbol, max(high) AS high FROM market.bars_daily GROUP BY 1, 2
  WITH NO DATA;

CALL refresh_continuous_aggregate('market.bars_daily', now() - interval '8 days', now() - interval '2 days');

SELECT add_continuous_aggregate_policy('market.bars_daily', start_offset => interval '1 month',
  end_offset => interval '1 day', schedule_interval => interval '1 hour', initial_start => now() + interval '10 years');

-- Time in integers, which a function of the user's says the present of.
CREATE TABLE blocks (height bigint NOT NULL, size int);

SELECT create_hypertable('blocks', 'height', chunk_time_interval => 100);

CREATE FUNCTION blocks_now() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT bigint ''450''';

SELECT set_integer_now_func('blocks', 'blocks_now');

INSERT INTO blocks SELECT height, 1 FROM generate_series(0, 450, 10) height;

ALTER TABLE blocks SET (timescaledb.compress);

SELECT add_compression_policy('blocks', bigint '300', initial_start => now() + interval '10 years');

SELECT add_retention_policy('blocks', bigint '350', initial_start => now() + interval '10 years');

-- Space partitions.
CREATE TABLE readings (time timestamptz NOT NULL, device text NOT NULL, value float8);

SELECT create_hypertable('readings', 'time', 'device', 2, chunk_time_interval => interval '7 days');

INSERT INTO readings SELECT time, 'device ' || number, 1 FROM
  generate_series(now() - interval '14 days', now(), '1 day') time, generate_series(1, 9) number;

-- Dates, and a chunk of the future.
CREATE TABLE daily (day date NOT NULL, value float8);

SELECT create_hypertable('daily', 'day', chunk_time_interval => interval '1 month');

INSERT INTO daily VALUES (now() - interval '1 month', 1), (now() + interval '3 months', 1);

-- Retention by when a chunk was made.
CREATE TABLE notes (time timestamp NOT NULL, text text);

SELECT create_hypertable('notes', 'time');

SELECT add_retention_policy('notes', drop_created_before => interval '1 year',
  initial_start => now() + interval '10 years');

CREATE TABLE empty (time timestamptz NOT NULL);

SELECT create_hypertable('empty', 'time');

CREATE SCHEMA "Odd schema";

CREATE TABLE "Odd schema"."Größe ""x"" 雪" ("the Time" timestamptz NOT NULL);

SELECT create_hypertable('"Odd schema"."Größe ""x"" 雪"', 'the Time');

INSERT INTO "Odd schema"."Größe ""x"" 雪" VALUES (now());

-- A chunk in object storage, as far as the catalog goes.
CREATE TABLE tiered (time timestamptz NOT NULL);

SELECT create_hypertable('tiered', 'time', chunk_time_interval => interval '7 days');

INSERT INTO tiered VALUES (now() - interval '1 year'), (now());

-- Jobs of one's own: each ends in another way.
CREATE PROCEDURE succeed(job_id int, config jsonb) LANGUAGE plpgsql AS 'BEGIN END';

CREATE PROCEDURE fail(job_id int, config jsonb) LANGUAGE plpgsql AS 'BEGIN RAISE ''it broke''; END';

CREATE PROCEDURE run_on(job_id int, config jsonb) LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); END';

SELECT add_job('succeed', interval '1 day', config => '{"purpose": "succeeds"}');

SELECT add_job('fail', interval '1 day', config => '{"purpose": "fails"}');

SELECT add_job('run_on', interval '1 day', config => '{"purpose": "runs"}');

SELECT add_job('succeed', interval '1 day', config => '{"purpose": "is paused"}');

SELECT add_job('succeed', interval '1 day', config => '{"purpose": "never ran"}',
  initial_start => now() + interval '10 years');
