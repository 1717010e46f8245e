-- A market data lake: quotes and bars, what agents make of them, and the lake's own account of its sources.
--
--   createdb lake
--   psql --set=ON_ERROR_STOP=1 --dbname=lake --file=schema.sql
--
-- As superuser, since it makes extensions. It may be run again.
CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE SCHEMA IF NOT EXISTS market_data;
CREATE SCHEMA IF NOT EXISTS agent_data;
CREATE SCHEMA IF NOT EXISTS metadata;

-- Of the sources ------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS metadata.tickers (
  ticker text PRIMARY KEY,
  name text,
  exchange text,
  active boolean NOT NULL DEFAULT true
);

-- One row per source, which its reader keeps.
CREATE TABLE IF NOT EXISTS metadata.mcp_sources (
  source_name text PRIMARY KEY,
  healthy boolean NOT NULL DEFAULT true,
  consecutive_failures integer NOT NULL DEFAULT 0,
  last_success_at timestamptz,
  last_error text
);

-- A score from 0 to 1 per table and metric. The time comes first in the key, so that the newest are found without
-- reading all.
CREATE TABLE IF NOT EXISTS metadata.data_quality_metrics (
  measured_at timestamptz NOT NULL,
  table_name text NOT NULL,
  metric_name text NOT NULL,
  metric_value double precision,
  PRIMARY KEY (measured_at, table_name, metric_name)
);

-- Of the market -------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS market_data.stock_quotes (
  time timestamptz NOT NULL,
  ticker text NOT NULL,
  price double precision NOT NULL,
  size bigint NOT NULL DEFAULT 0,
  bid double precision,
  ask double precision,
  received_at timestamptz NOT NULL DEFAULT now()
);
SELECT create_hypertable('market_data.stock_quotes', 'time', chunk_time_interval => interval '1 day',
                         if_not_exists => true);
CREATE INDEX IF NOT EXISTS stock_quotes_ticker_time ON market_data.stock_quotes (ticker, time DESC);

CREATE TABLE IF NOT EXISTS market_data.daily_bars (
  day date NOT NULL,
  ticker text NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  volume bigint NOT NULL,
  PRIMARY KEY (day, ticker)
);

CREATE TABLE IF NOT EXISTS market_data.news_articles (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  published_at timestamptz NOT NULL,
  ticker text,
  title text NOT NULL,
  body text
);
CREATE INDEX IF NOT EXISTS news_articles_published_at ON market_data.news_articles (published_at);

-- HNSW and not IVFFlat: that one learns its lists from the rows that are there when it is built, and here are none.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN
    RAISE NOTICE 'pgvector is not installed on this server: news_articles has no column embedding. Install it and run '
                 'this file again.';
    RETURN;
  END IF;
  CREATE EXTENSION IF NOT EXISTS vector;
  ALTER TABLE market_data.news_articles ADD COLUMN IF NOT EXISTS embedding vector(1536);
  CREATE INDEX IF NOT EXISTS news_articles_embedding ON market_data.news_articles
    USING hnsw (embedding vector_cosine_ops);
END $$;

-- Of the agents -------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS agent_data.decisions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  decided_at timestamptz NOT NULL DEFAULT now(),
  agent text NOT NULL,
  ticker text NOT NULL,
  action text NOT NULL CHECK (action IN ('buy', 'sell', 'hold')),
  confidence double precision
);
CREATE INDEX IF NOT EXISTS decisions_decided_at ON agent_data.decisions (decided_at);

CREATE TABLE IF NOT EXISTS agent_data.committee_votes (
  decision_id bigint NOT NULL REFERENCES agent_data.decisions ON DELETE CASCADE,
  member text NOT NULL,
  approves boolean NOT NULL,
  voted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (decision_id, member)
);

CREATE TABLE IF NOT EXISTS agent_data.agent_logs (
  logged_at timestamptz NOT NULL DEFAULT now(),
  agent text NOT NULL,
  message text NOT NULL
);
SELECT create_hypertable('agent_data.agent_logs', 'logged_at', chunk_time_interval => interval '7 days',
                         if_not_exists => true);

-- What only TimescaleDB's community edition has -----------------------------------------------------------------------

-- Under the Apache license the bars of a minute are a view: they read the same, and are computed at each look.
DO $$
BEGIN
  IF coalesce(current_setting('timescaledb.license', true), 'apache') <> 'timescale' THEN
    RAISE NOTICE 'This TimescaleDB runs under the Apache license, which leaves out: compression and retention of '
                 'market_data.stock_quotes (let a timer call drop_chunks instead), and the continuous aggregate '
                 'market_data.ohlcv_1min (it is made a plain view).';
    CREATE OR REPLACE VIEW market_data.ohlcv_1min AS
      SELECT time_bucket(interval '1 minute', time) AS bucket, ticker, first(price, time) AS open, max(price) AS high,
             min(price) AS low, last(price, time) AS close, sum(size) AS volume
      FROM market_data.stock_quotes GROUP BY 1, 2;
    RETURN;
  END IF;

  -- It adds the quotes that are not materialized yet, so its newest bar is as new as they are. Whether its policy runs
  -- is told by timescaledb_job_*.
  CREATE MATERIALIZED VIEW IF NOT EXISTS market_data.ohlcv_1min
    WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket(interval '1 minute', time) AS bucket, ticker, first(price, time) AS open, max(price) AS high,
           min(price) AS low, last(price, time) AS close, sum(size) AS volume
    FROM market_data.stock_quotes GROUP BY 1, 2
    WITH NO DATA;
  -- It refreshes less than retention keeps: beyond that a refresh would delete the bars with the quotes.
  PERFORM add_continuous_aggregate_policy('market_data.ohlcv_1min', start_offset => interval '3 days',
                                          end_offset => interval '2 minutes', schedule_interval => interval '1 minute',
                                          if_not_exists => true);
  ALTER TABLE market_data.stock_quotes SET (timescaledb.compress, timescaledb.compress_segmentby = 'ticker',
                                            timescaledb.compress_orderby = 'time DESC');
  PERFORM add_compression_policy('market_data.stock_quotes', interval '7 days', if_not_exists => true);
  PERFORM add_retention_policy('market_data.stock_quotes', interval '90 days', if_not_exists => true);
END $$;

-- What pgwatch may read -----------------------------------------------------------------------------------------------

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pgwatch') THEN
    RAISE NOTICE 'There is no role pgwatch yet: pgwatch --grants makes it. Then run this file again.';
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA market_data, agent_data, metadata TO pgwatch;
  GRANT SELECT ON ALL TABLES IN SCHEMA market_data, agent_data, metadata TO pgwatch;
END $$;
