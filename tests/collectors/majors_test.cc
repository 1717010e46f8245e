// Which majors a metric says it is of, against those whose servers were seen to give it.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "exporter/model/check.h"
#include "tests/collectors/recording.h"

namespace pgwatch::test {
namespace {

constexpr int kOldest = 13;
constexpr int kNewest = 18;

struct Span {
  int first = kNewest;
  int last = kOldest;

  void take(int from, int to) {
    first = std::min(first, from);
    last = std::max(last, to);
  }
};

void PrintTo(const Span& span, std::ostream* out) { *out << span.first << " to " << span.last; }

using Spans = std::map<std::string, Span>;  // by metric

// Columns that share a metric are of different majors where it moved.
Spans claimed(const Collector& collector) {
  Spans spans;
  for (const Column& column : collector.columns)
    if (is_metric(column))
      spans[metric_name(collector, column)].take(std::max(column.first_major, kOldest),
                                                 column.last_major == 0 ? kNewest : column.last_major);
  return spans;
}

Spans seen(const Collector& collector) {
  const Instrument instrument(collector);
  Spans spans;
  for (const RecordedServer& server : recorded_servers()) {
    const Samples samples = ask_recording(server, instrument).samples;
    for (const Family& family : samples.families())
      if (!family.samples.empty()) spans[family.metric->name].take(server.major, server.major);
  }
  return spans;
}

// Not everything happens on every server that could tell of it: the last major may be missed once.
bool agree(const Span& claim, const Span& sight) {
  const int least = claim.last == kNewest ? kNewest - 1 : claim.last;
  return claim.first == sight.first && sight.last <= claim.last && sight.last >= least;
}

TEST(Majors, OfAMetricAreThoseThatWereSeenToGiveIt) {
  for (const Collector& collector : collectors_of_servers()) {
    const Spans here = seen(collector);
    for (const auto& [metric, span] : claimed(collector)) {
      const auto found = here.find(metric);
      if (found == here.end()) continue;
      EXPECT_TRUE(agree(span, found->second))
          << collector.name << ": " << metric << " says " << testing::PrintToString(span) << " and was seen on "
          << testing::PrintToString(found->second) << "; say since() and until()";
    }
  }
}

}  // namespace
}  // namespace pgwatch::test
