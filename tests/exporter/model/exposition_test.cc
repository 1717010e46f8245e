#include "exporter/model/exposition.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <cmath>
#include <limits>
#include <map>
#include <sstream>

#include "tests/exporter/model/emitted.h"

namespace pgwatch {
namespace {

using test::make_block;

struct Said {
  Metric metric;
  std::vector<Label> labels;
  Number value;
};

BlockPtr block_of(std::string labels, const std::vector<Said>& all) {
  Sink sink;
  for (const Said& one : all) sink.sample(one.metric, one.labels, one.value);
  return make_block(sink.take_samples(), std::move(labels));
}

Page page_of(std::vector<BlockPtr> blocks) { return write_exposition(blocks); }

std::uint64_t duplicates_of(const Page& page) {
  std::uint64_t sum = 0;
  for (const Dropped& dropped : page.dropped) sum += dropped.duplicates;
  return sum;
}

const Metric kUp{"up", "Whether it is up."};
const Metric kSize{"size_bytes", "Size.", Kind::kCounter};

TEST(Exposition, OfNothingIsEmpty) {
  EXPECT_EQ(page_of({}).text, "");
  EXPECT_EQ(page_of({block_of("", {})}).text, "");
  EXPECT_EQ(page_of({nullptr}).text, "");
}

TEST(Exposition, GroupsAFamilyAcrossBlocksAndSortsFamilies) {
  const Page page = page_of({block_of("server=\"b\"", {{kUp, {}, 1}, {kSize, {{"l", "1"}}, 5}}),
                             block_of("server=\"a\"", {{kSize, {{"l", "1"}}, 6}, {kUp, {}, 0}})});
  EXPECT_EQ(page.text,
            "# HELP size_bytes Size.\n"
            "# TYPE size_bytes counter\n"
            "size_bytes{server=\"b\",l=\"1\"} 5\n"
            "size_bytes{server=\"a\",l=\"1\"} 6\n"
            "# HELP up Whether it is up.\n"
            "# TYPE up gauge\n"
            "up{server=\"b\"} 1\n"
            "up{server=\"a\"} 0\n");
  EXPECT_TRUE(page.dropped.empty());
}

TEST(Exposition, NeedsNoBracesWithoutLabels) {
  EXPECT_EQ(page_of({block_of("", {{kUp, {}, 1}})}).text, "# HELP up Whether it is up.\n# TYPE up gauge\nup 1\n");
}

TEST(Exposition, EscapesHelp) {
  const Page page = page_of({block_of("", {{Metric{"m", "a \\ \"b\"\nc", Kind::kUntyped}, {}, 1}})});
  EXPECT_EQ(page.text, "# HELP m a \\\\ \"b\"\\nc\n# TYPE m untyped\nm 1\n");
}

TEST(Exposition, TakesHelpFromTheFirstBlock) {
  const Page page = page_of(
      {block_of("a=\"1\"", {{Metric{"m", "First."}, {}, 1}}), block_of("a=\"2\"", {{Metric{"m", "Second."}, {}, 1}})});
  EXPECT_EQ(page.text, "# HELP m First.\n# TYPE m gauge\nm{a=\"1\"} 1\nm{a=\"2\"} 1\n");
}

TEST(Exposition, DropsAndCountsAFamilyOfAnotherType) {
  const Metric gauge{"m", "Help."};
  const Metric counter{"m", "Help.", Kind::kCounter};
  const Page page = page_of(
      {block_of("a=\"1\"", {{gauge, {}, 1}}), block_of("a=\"2\"", {{counter, {}, 1}, {counter, {{"l", ""}}, 1}})});
  EXPECT_EQ(page.text, "# HELP m Help.\n# TYPE m gauge\nm{a=\"1\"} 1\n");
  EXPECT_EQ(duplicates_of(page), 2U);
}

TEST(Exposition, DropsAndCountsWhatABlockOfTheSameLabelsSaid) {
  const Page page =
      page_of({block_of("a=\"1\"", {{kUp, {{"l", "x"}}, 1}}), block_of("a=\"2\"", {{kUp, {{"l", "x"}}, 2}}),
               block_of("a=\"1\"", {{kUp, {{"l", "x"}}, 3}, {kUp, {{"l", "y"}}, 4}})});
  EXPECT_EQ(page.text,
            "# HELP up Whether it is up.\n# TYPE up gauge\n"
            "up{a=\"1\",l=\"x\"} 1\nup{a=\"2\",l=\"x\"} 2\nup{a=\"1\",l=\"y\"} 4\n");
  EXPECT_EQ(duplicates_of(page), 1U);
}

// One sample for each of these tables, as of one database of one server.
BlockPtr capped(const std::string& server, const std::string& database, const std::vector<std::string>& tables) {
  Block block = *block_of("datname=\"" + database + "\"", {});
  Sink sink({}, {}, 4);
  for (const std::string& table : tables) sink.sample(kUp, std::vector<Label>{{"t", table}}, 1);
  block.samples = sink.take_samples();
  block.server = server;
  block.collector = "tables";
  block.max_series = 4;
  return std::make_shared<const Block>(std::move(block));
}

TEST(Exposition, CapsAFamilyPerServerInTheOrderOfItsBlocks) {
  const Page page = page_of(
      {capped("s", "a", {"1", "2", "3"}), capped("other", "x", {"1", "2", "3"}), capped("s", "b", {"1", "2", "3"})});
  EXPECT_EQ(page.text,
            "# HELP up Whether it is up.\n# TYPE up gauge\n"
            "up{datname=\"a\",t=\"1\"} 1\nup{datname=\"a\",t=\"2\"} 1\nup{datname=\"a\",t=\"3\"} 1\n"
            "up{datname=\"x\",t=\"1\"} 1\nup{datname=\"x\",t=\"2\"} 1\nup{datname=\"x\",t=\"3\"} 1\n"
            "up{datname=\"b\",t=\"1\"} 1\n");
  ASSERT_EQ(page.dropped.size(), 1U);
  EXPECT_EQ(page.dropped[0].server, "s");
  EXPECT_EQ(page.dropped[0].collector, "tables");
  EXPECT_EQ(page.dropped[0].family, "up");
  EXPECT_EQ(page.dropped[0].overflow, 2U);
  EXPECT_EQ(page.dropped[0].duplicates, 0U);
}

TEST(Exposition, TellsWhatTheAnswersThemselvesLeftOut) {
  const Page page = page_of({capped("s", "a", {"1", "1", "2", "3", "4", "5", "6"})});
  ASSERT_EQ(page.dropped.size(), 1U);
  EXPECT_EQ(page.dropped[0].overflow, 2U);
  EXPECT_EQ(page.dropped[0].duplicates, 1U);
}

TEST(Exposition, WritesAHistogramUnderItsThreeNames) {
  const auto metric = std::make_shared<const Metric>(Metric{"h", "Help.", Kind::kHistogram});
  Sink sink;
  sink.sample(metric, sink.label_text("le=\"+Inf\""), 2, Suffix::kBucket);
  sink.sample(metric, sink.label_text(""), 3, Suffix::kSum);
  sink.sample(metric, sink.label_text(""), 2, Suffix::kCount);
  EXPECT_EQ(
      page_of({make_block(sink.take_samples(), "s=\"a\"")}).text,
      "# HELP h Help.\n# TYPE h histogram\nh_bucket{s=\"a\",le=\"+Inf\"} 2\nh_sum{s=\"a\"} 3\nh_count{s=\"a\"} 2\n");
}

// -- prometheus-cpp's serializer as the oracle, where it is right
// ------------------------------------------------------

using Values = std::map<std::string, double>;

Values values_of(const std::string& page) {
  Values values;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t blank = line.rfind(' ');
    values[line.substr(0, blank)] = std::strtod(line.c_str() + blank, nullptr);
  }
  return values;
}

std::string oracle_page(const std::vector<std::pair<std::string, double>>& gauges) {
  prometheus::MetricFamily family{"m", "Help.", prometheus::MetricType::Gauge, {}};
  for (const auto& [value_of_label, value] : gauges) {
    prometheus::ClientMetric metric;
    metric.label = {{"l", value_of_label}};
    metric.gauge.value = value;
    family.metric.push_back(metric);
  }
  return prometheus::TextSerializer().Serialize({family});
}

std::string our_page(const std::vector<std::pair<std::string, double>>& gauges) {
  std::vector<Said> said;
  for (const auto& [value_of_label, value] : gauges)
    said.push_back({Metric{"m", "Help."}, {{"l", value_of_label}}, value});
  return page_of({block_of("", said)}).text;
}

TEST(Exposition, ReadsAsTheOracles) {
  const std::vector<std::pair<std::string, double>> gauges = {{"zero", 0},
                                                              {"whole", 100000},
                                                              {"fraction", 0.1},
                                                              {"small", 5e-324},
                                                              {"big", 1e300},
                                                              {"negative", -1.5},
                                                              {"third", 1.0 / 3},
                                                              {"quote \" and \\ and \n line", 1},
                                                              {"bytes", 1 << 30},
                                                              {"epoch", 1780000000.5},
                                                              {"inf", std::numeric_limits<double>::infinity()}};
  EXPECT_EQ(values_of(our_page(gauges)), values_of(oracle_page(gauges)));
}

TEST(Exposition, SpellsWhatIsNoNumberAsTheOracle) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::pair<std::string, double>> gauges = {{"a", std::nan("")}, {"b", infinity}, {"c", -infinity}};
  std::string theirs = oracle_page(gauges);
  theirs.replace(theirs.find("Nan"), 3, "NaN");
  EXPECT_EQ(our_page(gauges), theirs);
}

}  // namespace
}  // namespace pgwatch
