// Rows for the deployments of examples/: as their feeds write them, and what is left when some have gone silent for
// hours.
#pragma once

namespace pgwatch::test {

// -- A market data lake -----------------------------------------------------------------------------------------------

inline constexpr const char* kLakeFed = R"(
  INSERT INTO metadata.tickers (ticker, active) VALUES ('AAPL', true), ('MSFT', true), ('GONE', false);
  INSERT INTO market_data.stock_quotes (time, ticker, price, size, received_at)
    SELECT at, ticker, 100, 1, at
    FROM metadata.tickers, unnest(ARRAY[now(), now() - interval '3 hours']) AS at WHERE active;
  INSERT INTO market_data.daily_bars
    SELECT current_date - day, ticker, 10, 11, 9, 10, 1000
    FROM metadata.tickers, generate_series(0, 40) AS day WHERE active;
  INSERT INTO market_data.news_articles (published_at, title)
    VALUES (now(), 'new'), (now() - interval '2 days', 'old');
  INSERT INTO agent_data.agent_logs
    SELECT at, agent, 'alive' FROM unnest(ARRAY['scout', 'critic']) AS agent,
      unnest(ARRAY[now(), now() - interval '3 hours']) AS at;
  INSERT INTO agent_data.decisions (agent, ticker, action) VALUES ('scout', 'AAPL', 'buy');
  INSERT INTO agent_data.committee_votes (decision_id, member, approves)
    SELECT id, 'critic', true FROM agent_data.decisions;
  INSERT INTO metadata.mcp_sources (source_name, last_success_at) VALUES ('quotes', now()), ('news', now());
  INSERT INTO metadata.data_quality_metrics
    SELECT now(), name, 'completeness', 1 FROM unnest(ARRAY['stock_quotes', 'daily_bars']) AS name)";

inline constexpr const char* kLakeStale = R"(
  DELETE FROM market_data.stock_quotes WHERE time > now() - interval '2 hours';
  DELETE FROM market_data.daily_bars WHERE day > current_date - 30;
  DELETE FROM market_data.news_articles WHERE published_at > now() - interval '1 day';
  DELETE FROM agent_data.agent_logs WHERE logged_at > now() - interval '2 hours' AND agent = 'critic';
  UPDATE metadata.mcp_sources SET healthy = false, consecutive_failures = 288,
    last_success_at = last_success_at - interval '1 day' WHERE source_name = 'news';
  UPDATE metadata.data_quality_metrics SET measured_at = measured_at - interval '5 hours', metric_value = 0.5
    WHERE table_name = 'stock_quotes')";

// -- A crypto feed ----------------------------------------------------------------------------------------------------

inline constexpr const char* kCryptoFed = R"(
  INSERT INTO crypto_scout.bybit_spot_tickers_btc_usdt (timestamp, last_price)
    VALUES (now(), 1), (now() - interval '3 hours', 1);
  INSERT INTO crypto_scout.bybit_spot_tickers_eth_usdt (timestamp, last_price)
    VALUES (now(), 1), (now() - interval '3 hours', 1);
  INSERT INTO crypto_scout.cmc_fgi (timestamp, name, value)
    VALUES (now(), 'Greed', 70), (now() - interval '60 hours', 'Fear', 30);
  INSERT INTO crypto_scout.bybit_lpl (stake_begin_time, stake_end_time, return_coin)
    VALUES (now() + interval '2 days', now() + interval '9 days', 'NEW'),
           (now() - interval '1 day', now() + interval '1 day', 'OLD'))";

inline constexpr const char* kCryptoStale = R"(
  UPDATE crypto_scout.bybit_spot_tickers_btc_usdt SET last_price = 0 WHERE timestamp > now() - interval '2 hours';
  DELETE FROM crypto_scout.bybit_spot_tickers_eth_usdt WHERE timestamp > now() - interval '2 hours';
  DELETE FROM crypto_scout.cmc_fgi WHERE timestamp > now() - interval '1 day';
  UPDATE crypto_scout.bybit_lpl SET written_at = written_at - interval '4 days')";

// -- A trading system -------------------------------------------------------------------------------------------------

inline constexpr const char* kTradingFed = R"(
  INSERT INTO trading.market_data
    SELECT at, symbol, 10, 11, 9, 10, 1000, 'feed' FROM unnest(ARRAY['NVDA', 'MSFT']) AS symbol,
      generate_series(now() - interval '40 days', now(), '1 day') AS at;
  INSERT INTO trading.market_data
    SELECT now() - interval '3 hours', symbol, 10, 11, 9, 10, 1000, 'feed'
    FROM unnest(ARRAY['NVDA', 'MSFT']) AS symbol;
  INSERT INTO trading.data_quality_reports (timestamp, report_date, status, checks, pass_rate)
    VALUES (now(), current_date, 'passed', 12, 1), (now() - interval '20 days', current_date - 20, 'passed', 12, 1);
  INSERT INTO trading.orders (symbol, side, quantity, status)
    VALUES ('NVDA', 'buy', 1, 'new'), ('MSFT', 'buy', 1, 'filled');
  INSERT INTO trading.positions
    SELECT at, 'NVDA', 1, 1, 0 FROM unnest(ARRAY[now(), now() - interval '3 hours']) AS at)";

// The new bar cannot be: its high is below its low.
inline constexpr const char* kTradingStale = R"(
  DELETE FROM trading.market_data
    WHERE timestamp > now() - CASE symbol WHEN 'MSFT' THEN interval '20 days' ELSE interval '2 hours' END;
  INSERT INTO trading.market_data VALUES (now() - interval '150 minutes', 'NVDA', 10, 9, 11, 10, 1000, 'feed');
  DELETE FROM trading.data_quality_reports WHERE timestamp > now() - interval '10 days';
  INSERT INTO trading.orders (timestamp, symbol, side, quantity, status, filled_quantity)
    VALUES (now() - interval '2 days', 'NVDA', 'sell', 2, 'partially_filled', 1);
  DELETE FROM trading.positions WHERE timestamp > now() - interval '2 hours')";

}  // namespace pgwatch::test
