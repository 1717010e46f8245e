#include "exporter/model/samples.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/exporter/model/emitted.h"

namespace pgwatch {
namespace {

using test::sample_lines;

MetricPtr gauge_metric(std::string name) { return std::make_shared<const Metric>(Metric{std::move(name), "Help."}); }

TEST(Sink, InternsALabelSetOnce) {
  Sink sink;
  const Label labels[] = {{"a", "1"}, {"b", "2"}};
  const std::uint32_t index = sink.labels(labels);
  EXPECT_EQ(sink.labels(labels), index);
  EXPECT_EQ(sink.label_text(R"(a="1",b="2")"), index);
  EXPECT_EQ(sink.label_text(""), index + 1) << "the known one left nothing behind";
  EXPECT_EQ(sink.spelled(index), R"(a="1",b="2")");
}

TEST(Sink, KeepsTheFirstOfTwoSamplesAndCountsTheOther) {
  Sink sink;
  const MetricPtr metric = gauge_metric("m");
  for (const int value : {1, 2, 3}) sink.sample(metric, sink.label_text(R"(a="1")"), value);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.duplicates(), 2U);
  EXPECT_EQ(samples.families().at(0).samples.at(0).value, Number(1));
}

TEST(Sink, FindsADuplicateAmongSamplesOutOfOrder) {
  Sink sink;
  const MetricPtr metric = gauge_metric("m");
  const std::uint32_t a = sink.label_text(R"(l="a")");
  const std::uint32_t b = sink.label_text(R"(l="b")");
  const std::uint32_t c = sink.label_text(R"(l="c")");
  for (const std::uint32_t labels : {b, a, c, a, c, b}) sink.sample(metric, labels, 1);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.duplicates(), 3U);
  EXPECT_EQ(sample_lines(samples), "m{l=\"b\"} 1\nm{l=\"a\"} 1\nm{l=\"c\"} 1\n");
}

TEST(Sink, TakesTheSameLabelsForAnotherFamilyOrSuffix) {
  Sink sink;
  const auto histogram = std::make_shared<const Metric>(Metric{"h", "Help.", Kind::kHistogram});
  const std::uint32_t none = sink.label_text("");
  sink.sample(gauge_metric("m"), none, 1);
  sink.sample(histogram, none, 2, Suffix::kSum);
  sink.sample(histogram, none, 3, Suffix::kCount);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.duplicates(), 0U);
  EXPECT_EQ(sample_lines(samples), "h_sum 2\nh_count 3\nm 1\n");
}

TEST(Sink, CountsWhatIsOverTheCapOfAFamily) {
  Sink sink({}, {}, 2);
  const MetricPtr full = gauge_metric("full");
  for (const char* labels : {"a=\"1\"", "a=\"2\"", "a=\"3\"", "a=\"4\""}) sink.sample(full, sink.label_text(labels), 1);
  sink.sample(gauge_metric("other"), sink.label_text(""), 1);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.overflow(), 2U);
  EXPECT_EQ(samples.duplicates(), 0U);
  EXPECT_EQ(samples.size(), 3U);
}

TEST(Sink, SaysAHistogramWholeOrNotAtAll) {
  Sink sink({}, {}, 1);
  const auto histogram = std::make_shared<const Metric>(Metric{"h", "A histogram.", Kind::kHistogram});
  for (const char* labels : {"a=\"1\"", "a=\"2\""}) {
    const std::uint32_t set = sink.label_text(labels);
    sink.sample(histogram, sink.label_text(std::string(labels) + ",le=\"+Inf\""), 1, Suffix::kBucket);
    sink.sample(histogram, set, 1, Suffix::kSum);
    sink.sample(histogram, set, 1, Suffix::kCount);
  }
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.size(), 3U);
  EXPECT_EQ(samples.overflow(), 3U);
}

TEST(Sink, SaysDeclaredMetricsByName) {
  const MetricPtr declared[] = {gauge_metric("known")};
  Sink sink(declared);
  sink.sample("known", {{"a", "1"}}, 7);
  EXPECT_THROW(sink.sample("unknown", {}, 7), std::logic_error);
  EXPECT_EQ(sample_lines(sink.take_samples()), "known{a=\"1\"} 7\n");
}

TEST(Sink, GathersFamiliesNamedByData) {
  Sink sink;
  sink.sample(Metric{"pg_settings_a", "Help."}, {}, 1);
  sink.sample(Metric{"pg_settings_b", "Help."}, {}, 2);
  const Label label[] = {{"l", "1"}};
  sink.sample(Metric{"pg_settings_a", "Help."}, label, 3);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.families().size(), 2U);
  EXPECT_EQ(sample_lines(samples), "pg_settings_a 1\npg_settings_a{l=\"1\"} 3\npg_settings_b 2\n");
}

TEST(Sink, DropsAFamilyNamedByDataOfAnotherKind) {
  Sink sink;
  sink.sample(Metric{"m", "Help.", Kind::kGauge}, {}, 1);
  const Label label[] = {{"l", "1"}};
  sink.sample(Metric{"m", "Help.", Kind::kCounter}, label, 2);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.duplicates(), 1U);
  EXPECT_EQ(sample_lines(samples), "m 1\n");
}

TEST(Sink, CarriesMemoryThrough) {
  Sink sink({}, {{"newest", "chunk_1"}});
  EXPECT_EQ(sink.memory().at("newest"), "chunk_1");
  sink.memory()["newest"] = "chunk_2";
  EXPECT_EQ(sink.take_memory(), (Memory{{"newest", "chunk_2"}}));
}

TEST(Sink, AsksAgainOnce) {
  Sink sink;
  EXPECT_FALSE(sink.take_ask_again());
  sink.ask_again();
  EXPECT_TRUE(sink.take_ask_again());
  EXPECT_FALSE(sink.take_ask_again());
}

// A quadratic search would take minutes here.
TEST(Sink, BearsManyDuplicatesOutOfOrder) {
  constexpr std::uint32_t kMany = 200'000;
  Sink sink;
  const MetricPtr metric = gauge_metric("m");
  for (std::uint32_t i = 0; i < kMany; ++i) sink.label_text("a=\"" + std::to_string(i) + '"');
  for (int round = 0; round < 2; ++round)
    for (std::uint32_t i = kMany; i > 0; --i) sink.sample(metric, i - 1, 1);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.size(), kMany);
  EXPECT_EQ(samples.duplicates(), kMany);
}

}  // namespace
}  // namespace pgwatch
