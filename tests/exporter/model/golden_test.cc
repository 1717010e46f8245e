// The whole way, from rows to a page: two servers with two databases each, and the host.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "exporter/model/exposition.h"
#include "exporter/model/instrument.h"
#include "exporter/model/world.h"

namespace pgwatch {
namespace {

Collector source_of(Collector collector) {
  collector.help = "For a test.";
  collector.source = std::vector<Sql>{{.text = "SELECT 1"}};
  return collector;
}

Instrument replication() {
  return Instrument(source_of(
      {.name = "replication",
       .columns = {label("application_name"), label("client_addr"),
                   state("state", "Whether the WAL sender is in the labelled state.", {"streaming", "catchup"}),
                   gauge("write", "Time to the labelled stage.").called("pg_lag_seconds").with("stage", "write"),
                   gauge("flush", "Time to the labelled stage.").called("pg_lag_seconds").with("stage", "flush"),
                   counter("sent_bytes_total", "Bytes sent; exact."),
                   gauge("standbys", "How many there are.").unlabelled()}}));
}

Instrument chunks() {
  return Instrument(source_of({.name = "chunks",
                               .scope = Scope::kDatabase,
                               .prefix = "timescaledb_chunk",
                               .columns = {label("hypertable"), gauge("bytes", "Size on disk.\nIndexes included."),
                                           histogram("age_seconds", R"(Age of chunks, "le" as usual; \ is escaped.)"),
                                           untyped("ratio", "Compressed by raw.")}}));
}

Rows replication_rows(Cell lag) {
  Rows rows({"application_name", "client_addr", "state", "write", "flush", "sent_bytes_total", "standbys"});
  rows.add({"standby \"1\"", "10.0.0.2/32", "streaming", "0.000125", lag, "9223372036854775807", "2"});
  rows.add({"back\\slash", std::nullopt, "backup", std::nullopt, std::nullopt, "18446744073709551615", std::nullopt});
  return rows;
}

Rows chunk_rows(Cell bytes, Cell ratio) {
  Rows rows(
      {"hypertable", "bytes", "age_seconds", "age_seconds_bucket", "age_seconds_sum", "age_seconds_count", "ratio"});
  rows.add({"metrics", bytes, "{60,3600,86400}", "{0,3,10}", "123456.75", "12", ratio});
  rows.add({"two\nlines", "1e+20", "{60}", "{broken", "1", "1", "NaN"});
  return rows;
}

Rows empty_of(const Rows& rows) { return Rows(rows.columns()); }

BlockPtr answer(const Instrument& instrument, const Rows& rows, std::string labels) {
  Sink sink(instrument.metrics());
  instrument.emit(rows, sink);
  Block block;
  block.labels = std::move(labels);
  block.samples = sink.take_samples();
  return std::make_shared<const Block>(std::move(block));
}

std::string in_database(std::string labels, std::string_view database) {
  append_label(labels, "datname", database);
  return labels;
}

std::vector<BlockPtr> answers() {
  Target main;
  main.name = "main";
  main.labels = {{"cluster", "lake"}};
  Target other;
  other.name = "[::1]:5433";
  const Instrument servers = replication();
  const Instrument databases = chunks();
  return {answer(servers, replication_rows("0.25"), main.label_text()),
          answer(databases, chunk_rows("81920", "0.1"), in_database(main.label_text(), "lake")),
          answer(databases, chunk_rows("0", "-Infinity"), in_database(main.label_text(), "Größe")),
          answer(servers, replication_rows("Infinity"), other.label_text()),
          answer(databases, chunk_rows(std::nullopt, "unknown"), in_database(other.label_text(), "lake")),
          answer(databases, empty_of(chunk_rows("", "")), in_database(other.label_text(), "postgres")),
          answer(
              Instrument(source_of({.name = "h", .prefix = "node", .columns = {gauge("load", "Load.")}})),
              [] {
                Rows rows({"load"});
                rows.add({"0.07"});
                return rows;
              }(),
              "")};
}

TEST(Golden, PageOfTwoServersAndTheirDatabases) {
  std::ostringstream golden;
  golden << std::ifstream(PGWATCH_GOLDEN_FOLDER "/model.txt").rdbuf();
  const Page page = write_exposition(answers());
  EXPECT_EQ(page.text, golden.str());
  EXPECT_TRUE(page.dropped.empty());
}

}  // namespace
}  // namespace pgwatch
