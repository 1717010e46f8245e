-- The demo's data lake: one schema of market data, fed without end, and the state of what feeds it.
CREATE SCHEMA market;

CREATE TABLE market.ticks (
  at     timestamptz NOT NULL,
  symbol text        NOT NULL,
  price  numeric     NOT NULL,
  volume integer     NOT NULL
);
CREATE INDEX ticks_at ON market.ticks (at);

CREATE TABLE market.bars (
  minute timestamptz NOT NULL,
  symbol text        NOT NULL,
  open   numeric     NOT NULL,
  high   numeric     NOT NULL,
  low    numeric     NOT NULL,
  close  numeric     NOT NULL,
  volume bigint      NOT NULL,
  PRIMARY KEY (minute, symbol)
);

CREATE TABLE market.trading_state (
  symbol     text        PRIMARY KEY,
  state      text        NOT NULL CHECK (state IN ('trading', 'halted')),
  changed_at timestamptz NOT NULL
);

INSERT INTO market.trading_state
SELECT symbol, 'trading', now() FROM unnest(ARRAY['AAPL', 'MSFT', 'NVDA', 'SPY']) AS symbol;

-- One beat of the feed: a tick of every symbol that trades, its minute's bar, now and then a halt. What is older than
-- ten minutes goes, so that the lake stays a pond.
CREATE PROCEDURE market.beat() LANGUAGE sql AS $$
  INSERT INTO market.ticks
  SELECT clock_timestamp(), symbol, round((100 + 10 * random())::numeric, 2), 1 + floor(1000 * random())::integer
  FROM market.trading_state
  WHERE state = 'trading';

  INSERT INTO market.bars AS bar
  SELECT date_trunc('minute', at), symbol, (array_agg(price ORDER BY at))[1], max(price), min(price),
         (array_agg(price ORDER BY at DESC))[1], sum(volume)
  FROM market.ticks
  WHERE at >= date_trunc('minute', clock_timestamp())
  GROUP BY 1, 2
  ON CONFLICT (minute, symbol) DO UPDATE
  SET high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume;

  UPDATE market.trading_state
  SET state = CASE state WHEN 'trading' THEN 'halted' ELSE 'trading' END, changed_at = now()
  WHERE random() < CASE state WHEN 'trading' THEN 0.005 ELSE 0.1 END;

  DELETE FROM market.ticks WHERE at < now() - interval '10 minutes';
  DELETE FROM market.bars WHERE minute < now() - interval '10 minutes';
$$;
