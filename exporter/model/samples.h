// Samples: what one answer says, compactly. Sink: how it is said.
//
// A row's labels are spelled and stored once and shared by all samples of the row; 300,000 series cost 24 bytes each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "exporter/model/metric.h"
#include "exporter/model/number.h"

namespace pgwatch {

// What a collector learned, handed back to its next plan. A value: it has no other state.
using Memory = std::map<std::string, std::string, std::less<>>;

enum class Suffix : std::uint8_t { kNone, kBucket, kSum, kCount };  // histograms have three names

struct Sample {
  Number value;
  std::uint32_t labels = 0;  // index of a label set
  Suffix suffix = Suffix::kNone;
};
static_assert(sizeof(Sample) <= 24);

struct Family {
  MetricPtr metric;
  std::vector<Sample> samples = {};
  std::uint64_t duplicates = 0;  // dropped: the label set had been said
  std::uint64_t overflow = 0;    // dropped: the family was full
};

class Samples {
 public:
  const std::vector<Family>& families() const { return families_; }
  // A label set in exposition spelling without braces, "" for none. REQUIRES: index from a Sample of these Samples.
  std::string_view labels(std::uint32_t index) const;
  // Of all families.
  std::size_t size() const;
  std::uint64_t duplicates() const;
  std::uint64_t overflow() const;

 private:
  friend class Sink;

  std::string text_;
  std::vector<std::uint32_t> ends_;  // label set i ends at ends_[i]
  std::vector<Family> families_;
};

// Where emit functions say samples, what to remember, and whether to ask again. One Sink serves one asking of a
// question, however many steps it takes: samples of all steps end in one answer.
class Sink {
 public:
  static constexpr std::size_t kNoCap = 0;

  // Metrics that may be said by name. A family takes at most max_series samples (kNoCap: any number).
  explicit Sink(std::span<const MetricPtr> declared = {}, Memory memory = {}, std::size_t max_series = kNoCap);
  // Not copied or moved: it indexes its own text.
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // Interns a label set; the index is good for sample() on this Sink.
  std::uint32_t labels(std::span<const Label> labels);
  std::uint32_t label_text(std::string_view spelled);  // the same, already in exposition spelling
  // The spelling of an interned set, good until the next one is interned.
  std::string_view spelled(std::uint32_t labels) const { return samples_.labels(labels); }

  // First wins: a second sample of the same family and label set, or a family of another kind, is dropped and counted.
  void sample(const MetricPtr& metric, std::uint32_t labels, Number value, Suffix suffix = Suffix::kNone);
  // A declared metric by its name; an undeclared name throws std::logic_error, since tests must see it.
  void sample(std::string_view metric, std::span<const Label> labels, Number value);
  void sample(std::string_view metric, std::initializer_list<Label> labels, Number value) {
    sample(metric, std::span<const Label>(labels.begin(), labels.size()), value);
  }
  // A family named by data (pg_settings_*).
  void sample(Metric metric, std::span<const Label> labels, Number value);

  Memory& memory() { return memory_; }  // as remembered; what is in it at the end is what the next plan gets

  // The collector wants its next plan run at once, on the slow lane, before this answer counts as whole.
  void ask_again() { asks_again_ = true; }
  bool take_ask_again() { return std::exchange(asks_again_, false); }

  // At the end, once each.
  Samples take_samples();
  Memory take_memory() { return std::move(memory_); }

 private:
  // Label sets compare by their text, which grows and moves: so they are found by index.
  struct LabelHash {
    const Samples* samples;
    std::size_t operator()(std::uint32_t index) const { return std::hash<std::string_view>{}(samples->labels(index)); }
  };
  struct LabelEqual {
    const Samples* samples;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return samples->labels(a) == samples->labels(b); }
  };

  // What a family has said. Label sets mostly come in rising order, and then no set of keys is needed.
  struct Said {
    std::uint64_t next = 0;                  // from this key on, all are new
    std::unordered_set<std::uint64_t> keys;  // filled once a key came out of order
  };

  std::size_t family_of(const MetricPtr& metric);
  bool first_time(Said& said, const Family& family, std::uint64_t key);

  Samples samples_;
  Memory memory_;
  std::size_t max_series_;
  bool asks_again_ = false;
  std::string scratch_;
  std::vector<Said> said_;  // one per family
  std::size_t last_family_ = 0;
  std::unordered_map<std::string_view, MetricPtr> declared_;
  std::unordered_map<std::string_view, std::size_t> family_index_;
  std::unordered_set<std::uint32_t, LabelHash, LabelEqual> label_index_;
};

}  // namespace pgwatch
