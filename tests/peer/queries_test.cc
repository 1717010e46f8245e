// One queries.yaml, read by a real postgres_exporter and by pgwatch: the same samples.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/peer/postgres_exporter.h"
#include "tests/support/pgwatch.h"
#include "tests/support/postgres_server.h"
#include "tests/support/wait.h"

namespace pgwatch::test {
namespace {

const std::string kQueries = R"(
own_jobs:
  query: "SELECT kind, waiting, done, failed, since FROM (VALUES ('mail', 3, 2.5, true, timestamptz '2023-11-14 22:13:20+00'), ('print', 0, 1e3, false, '2020-02-29 12:00:00+05:30')) jobs (kind, waiting, done, failed, since);"
  master: true
  cache_seconds: 1
  metrics:
    - kind:
        usage: "LABEL"
        description: "Kind of job"
    - waiting:
        usage: "GAUGE"
        description: "Jobs that wait"
    - done:
        usage: "COUNTER"
        description: "Jobs that are done"
    - failed:
        usage: "GAUGE"
        description: "Whether the last one failed"
    - since:
        usage: "GAUGE"
        description: "When it was last seen"
own_plain:
  query: SELECT 42 AS answer, 'nobody' AS ignored, 9007199254740991 AS large
  runonserver: ">=10.0.0"
  metrics:
    - answer: {usage: "GAUGE", description: "The answer"}
    - ignored: {usage: "DISCARD", description: "Not shown"}
    - large: {usage: "COUNTER", description: "A large number"}
own_times:
  query: "SELECT 'a' AS name, ARRAY[0.1, 1, 5] AS took, ARRAY[2, 3, 7] AS took_bucket, 12.5 AS took_sum, 9 AS took_count"
  metrics:
    - name: {usage: "LABEL", description: "Name"}
    - took: {usage: "HISTOGRAM", description: "Time it took"}
)";

// Of the families of the file, each sample but for who is asked: "own_plain_answer{} 42".
std::set<std::string> own_samples(const Exposition& page) {
  std::set<std::string> all;
  for (const Sample& sample : page.samples()) {
    if (!sample.name.starts_with("own_")) continue;
    std::string labels;
    for (const auto& [name, value] : sample.labels)
      if (name != "server") labels += name + "=" + value + ",";
    all.insert(sample.name + "{" + labels + "} " + std::to_string(sample.value));
  }
  return all;
}

TEST(PeerQueries, OfOneFileAreTheSameSamples) {
  if (const std::string why = PostgresExporter::why_missing(); !why.empty()) GTEST_SKIP() << why;
  const PostgresServer server;
  const TemporaryFolder folder;
  const std::string file = folder.write("queries.yaml", kQueries).string();
  const PostgresExporter theirs(server.conninfo(), PostgresExporter::Collectors::kDefault, file);
  const Pgwatch ours("queries: [" + file + "]\ntargets: [{name: main, conninfo: \"" + server.conninfo() + "\"}]\n");
  const std::set<std::string> expected = own_samples(theirs.page());
  EXPECT_GE(expected.size(), 15U) << theirs.log();
  EXPECT_TRUE(eventually([&] { return own_samples(ours.metrics()) == expected; }))
      << testing::PrintToString(expected) << "\n"
      << testing::PrintToString(own_samples(ours.metrics()));
}

}  // namespace
}  // namespace pgwatch::test
