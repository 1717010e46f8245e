-- A trading system: bars of two symbols, orders and positions, and functions that look after the bars.
--
--   createdb trading_data
--   psql --set=ON_ERROR_STOP=1 --dbname=trading_data --file=schema.sql
--
-- As superuser, since it makes an extension. It may be run again.
CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE SCHEMA IF NOT EXISTS trading;
CREATE SCHEMA IF NOT EXISTS analytics;
CREATE SCHEMA IF NOT EXISTS monitoring;

-- Bars of a minute.
CREATE TABLE IF NOT EXISTS trading.market_data (
  timestamp timestamptz NOT NULL,
  symbol text NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  volume bigint NOT NULL,
  source text NOT NULL
);
CREATE TABLE IF NOT EXISTS trading.data_quality_reports (
  timestamp timestamptz NOT NULL DEFAULT now(),
  report_date date NOT NULL,
  status text NOT NULL,
  checks integer NOT NULL,
  pass_rate double precision NOT NULL,
  details jsonb
);
CREATE TABLE IF NOT EXISTS trading.orders (
  timestamp timestamptz NOT NULL DEFAULT now(),
  symbol text NOT NULL,
  side text NOT NULL CHECK (side IN ('buy', 'sell')),
  quantity bigint NOT NULL,
  price double precision,
  status text NOT NULL,
  filled_quantity bigint NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS trading.positions (
  timestamp timestamptz NOT NULL DEFAULT now(),
  symbol text NOT NULL,
  quantity bigint NOT NULL,
  avg_cost double precision NOT NULL,
  unrealized_pnl double precision NOT NULL
);

SELECT create_hypertable('trading.market_data', 'timestamp', chunk_time_interval => interval '7 days',
                         if_not_exists => true);
SELECT create_hypertable('trading.data_quality_reports', 'timestamp', chunk_time_interval => interval '30 days',
                         if_not_exists => true);
SELECT create_hypertable('trading.orders', 'timestamp', chunk_time_interval => interval '7 days',
                         if_not_exists => true);
SELECT create_hypertable('trading.positions', 'timestamp', chunk_time_interval => interval '1 day',
                         if_not_exists => true);

CREATE INDEX IF NOT EXISTS idx_market_data_symbol_time ON trading.market_data (symbol, timestamp DESC);
CREATE INDEX IF NOT EXISTS idx_market_data_source_time ON trading.market_data (source, timestamp DESC);

-- What is looked at ---------------------------------------------------------------------------------------------------

-- Each has a bound: without one, all chunks there ever were would be planned and locked.
CREATE OR REPLACE VIEW analytics.dual_ticker_summary AS
  SELECT (timestamp AT TIME ZONE 'America/New_York')::date AS day, symbol, first(open, timestamp) AS open,
         max(high) AS high, min(low) AS low, last(close, timestamp) AS close, sum(volume) AS volume
  FROM trading.market_data WHERE timestamp > now() - interval '60 days' GROUP BY 1, 2;

CREATE OR REPLACE VIEW analytics.nvda_msft_correlation AS
  SELECT day, corr(nvda.close, msft.close) OVER (ORDER BY day ROWS BETWEEN 29 PRECEDING AND CURRENT ROW) AS correlation
  FROM analytics.dual_ticker_summary AS nvda JOIN analytics.dual_ticker_summary AS msft USING (day)
  WHERE nvda.symbol = 'NVDA' AND msft.symbol = 'MSFT';

-- The newest bar of each symbol of the last week.
CREATE OR REPLACE FUNCTION monitoring.check_data_freshness()
RETURNS TABLE (symbol text, newest timestamptz, age interval, fresh boolean)
LANGUAGE sql STABLE AS $$
  SELECT bars.symbol, max(bars.timestamp), now() - max(bars.timestamp),
         max(bars.timestamp) > now() - interval '15 minutes'
  FROM trading.market_data AS bars WHERE bars.timestamp > now() - interval '7 days' GROUP BY 1
$$;

-- Bars of the last day that cannot be, counted by symbol and by what is wrong with them.
CREATE OR REPLACE FUNCTION monitoring.validate_ohlc_data()
RETURNS TABLE (symbol text, check_name text, violations bigint)
LANGUAGE sql STABLE AS $$
  SELECT bars.symbol, rule.name, count(*) FILTER (WHERE rule.broken)
  FROM trading.market_data AS bars
  CROSS JOIN LATERAL (VALUES
    ('high_is_highest', bars.high < greatest(bars.open, bars.close, bars.low)),
    ('low_is_lowest', bars.low > least(bars.open, bars.close, bars.high)),
    ('prices_are_positive', least(bars.open, bars.high, bars.low, bars.close) <= 0),
    ('volume_is_not_negative', bars.volume < 0)
  ) AS rule (name, broken)
  WHERE bars.timestamp > now() - interval '1 day' GROUP BY 1, 2
$$;

-- What only TimescaleDB's community edition has -----------------------------------------------------------------------

DO $$
DECLARE
  kept record;
BEGIN
  IF coalesce(current_setting('timescaledb.license', true), 'apache') <> 'timescale' THEN
    RAISE NOTICE 'This TimescaleDB runs under the Apache license, which leaves out: compression of the tables of '
                 'trading. Their chunks stay as large as they are.';
    RETURN;
  END IF;
  FOR kept IN
    SELECT * FROM (VALUES
      ('market_data', 'symbol', interval '7 days'),
      ('data_quality_reports', '', interval '30 days'),
      ('orders', 'symbol', interval '7 days'),
      ('positions', 'symbol', interval '1 day')
    ) AS tables (name, segment, after)
  LOOP
    EXECUTE format('ALTER TABLE trading.%I SET (timescaledb.compress, timescaledb.compress_segmentby = %L)',
                   kept.name, kept.segment);
    PERFORM add_compression_policy(format('trading.%I', kept.name)::regclass, kept.after, if_not_exists => true);
  END LOOP;
END $$;

-- What pgwatch may read -----------------------------------------------------------------------------------------------

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pgwatch') THEN
    RAISE NOTICE 'There is no role pgwatch yet: pgwatch --grants makes it. Then run this file again.';
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA trading, analytics, monitoring TO pgwatch;
  GRANT SELECT ON ALL TABLES IN SCHEMA trading, analytics, monitoring TO pgwatch;
END $$;
