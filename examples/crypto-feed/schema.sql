-- A crypto feed: tickers of an exchange, its launch pools, and an index of the market's mood.
--
--   createdb crypto_scout
--   psql --set=ON_ERROR_STOP=1 --dbname=crypto_scout --file=schema.sql
--
-- As superuser, since it makes an extension. It may be run again.
CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE SCHEMA IF NOT EXISTS crypto_scout;

-- A key of a hypertable must hold its time.
CREATE TABLE IF NOT EXISTS crypto_scout.bybit_spot_tickers_btc_usdt (
  id bigint GENERATED ALWAYS AS IDENTITY,
  timestamp timestamptz NOT NULL,
  last_price numeric NOT NULL,
  volume_24h numeric,
  CONSTRAINT bybit_spot_tickers_btc_usdt_pkey PRIMARY KEY (id, timestamp)
);
CREATE TABLE IF NOT EXISTS crypto_scout.bybit_spot_tickers_eth_usdt (
  id bigint GENERATED ALWAYS AS IDENTITY,
  timestamp timestamptz NOT NULL,
  last_price numeric NOT NULL,
  volume_24h numeric,
  CONSTRAINT bybit_spot_tickers_eth_usdt_pkey PRIMARY KEY (id, timestamp)
);

-- The index of fear and greed comes once a day.
CREATE TABLE IF NOT EXISTS crypto_scout.cmc_fgi (
  id bigint GENERATED ALWAYS AS IDENTITY,
  timestamp timestamptz NOT NULL,
  name text NOT NULL,
  value integer NOT NULL CHECK (value BETWEEN 0 AND 100),
  CONSTRAINT cmc_fgi_pkey PRIMARY KEY (id, timestamp)
);

-- Launch pools are announced days before they begin. How fresh the table is, only the time of writing can tell.
CREATE TABLE IF NOT EXISTS crypto_scout.bybit_lpl (
  id bigint GENERATED ALWAYS AS IDENTITY,
  stake_begin_time timestamptz NOT NULL,
  stake_end_time timestamptz NOT NULL,
  return_coin text NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT bybit_lpl_pkey PRIMARY KEY (id, stake_begin_time)
);

SELECT create_hypertable('crypto_scout.bybit_spot_tickers_btc_usdt', 'timestamp', create_default_indexes => false,
                         chunk_time_interval => interval '1 day', if_not_exists => true);
SELECT create_hypertable('crypto_scout.bybit_spot_tickers_eth_usdt', 'timestamp', create_default_indexes => false,
                         chunk_time_interval => interval '1 day', if_not_exists => true);
SELECT create_hypertable('crypto_scout.cmc_fgi', 'timestamp', create_default_indexes => false,
                         chunk_time_interval => interval '1 day', if_not_exists => true);
SELECT create_hypertable('crypto_scout.bybit_lpl', 'stake_begin_time', create_default_indexes => false,
                         chunk_time_interval => interval '1 day', if_not_exists => true);

CREATE INDEX IF NOT EXISTS idx_bybit_spot_tickers_btc_usdt_timestamp
  ON crypto_scout.bybit_spot_tickers_btc_usdt (timestamp DESC);
CREATE INDEX IF NOT EXISTS idx_bybit_spot_tickers_eth_usdt_timestamp
  ON crypto_scout.bybit_spot_tickers_eth_usdt (timestamp DESC);
CREATE INDEX IF NOT EXISTS idx_cmc_fgi_timestamp ON crypto_scout.cmc_fgi (timestamp DESC);
CREATE INDEX IF NOT EXISTS idx_bybit_lpl_stake_begin_time ON crypto_scout.bybit_lpl (stake_begin_time DESC);
CREATE INDEX IF NOT EXISTS idx_bybit_lpl_return_coin ON crypto_scout.bybit_lpl (return_coin);

-- What only TimescaleDB's community edition has -----------------------------------------------------------------------

-- Chunks are put in order before they are compressed: one that is compressed is not put in order any more.
DO $$
DECLARE
  feed record;
BEGIN
  IF coalesce(current_setting('timescaledb.license', true), 'apache') <> 'timescale' THEN
    RAISE NOTICE 'This TimescaleDB runs under the Apache license, which leaves out: compression, reorder and retention '
                 'of the tables of crypto_scout. Let a timer call drop_chunks instead.';
    RETURN;
  END IF;
  FOR feed IN
    SELECT * FROM (VALUES
      ('bybit_spot_tickers_btc_usdt', 'timestamp', '', interval '180 days'),
      ('bybit_spot_tickers_eth_usdt', 'timestamp', '', interval '180 days'),
      ('cmc_fgi', 'timestamp', 'name', interval '730 days'),
      ('bybit_lpl', 'stake_begin_time', 'return_coin', interval '730 days')
    ) AS feeds (name, time_column, segment, keep)
  LOOP
    EXECUTE format('ALTER TABLE crypto_scout.%I SET (timescaledb.compress, timescaledb.compress_segmentby = %L,'
                   ' timescaledb.compress_orderby = %L)',
                   feed.name, feed.segment, feed.time_column || ' DESC, id DESC');
    PERFORM add_compression_policy(format('crypto_scout.%I', feed.name)::regclass, interval '7 days',
                                   if_not_exists => true);
    PERFORM add_reorder_policy(format('crypto_scout.%I', feed.name)::regclass,
                               format('idx_%s_%s', feed.name, feed.time_column)::name, if_not_exists => true);
    PERFORM add_retention_policy(format('crypto_scout.%I', feed.name)::regclass, feed.keep, if_not_exists => true);
  END LOOP;
END $$;

-- What pgwatch may read -----------------------------------------------------------------------------------------------

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pgwatch') THEN
    RAISE NOTICE 'There is no role pgwatch yet: pgwatch --grants makes it. Then run this file again.';
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA crypto_scout TO pgwatch;
  GRANT SELECT ON ALL TABLES IN SCHEMA crypto_scout TO pgwatch;
END $$;
