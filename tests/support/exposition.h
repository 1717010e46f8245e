// Exposition: a page in Prometheus' text format, read back by a test.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace pgwatch::test {

using Labels = std::map<std::string, std::string>;

struct Sample {
  std::string name;
  Labels labels;
  double value = 0;
};

class Exposition {
 public:
  // Stricter than Prometheus: throws std::invalid_argument quoting the line that is malformed, has no TYPE before it or
  // stands apart from its family, or naming the metric with a series that comes twice.
  explicit Exposition(std::string_view text);

  // The value of the sample of that name with at least these labels; nothing where there is none. Throws
  // std::invalid_argument where there are several.
  std::optional<double> value(const std::string& name, const Labels& labels = {}) const;

  std::vector<Sample> all(const std::string& name, const Labels& labels = {}) const;

  const std::vector<Sample>& samples() const { return samples_; }
  std::string family_of(const std::string& sample_name) const;
  std::string type(const std::string& family) const;  // "" where there is no such family
  std::string help(const std::string& family) const;

 private:
  void read_comment(std::string_view line);
  void read_sample(std::string_view line);
  bool enter_family(const std::string& sample_name);  // whether it is another than before
  void check_last_family();

  std::vector<Sample> samples_;
  std::unordered_map<std::string, std::string> types_;
  std::unordered_map<std::string, std::string> helps_;
  std::unordered_set<std::string> begun_;  // families with a sample, and samples: no other family may be called so
  std::string family_;                     // the last of them
  std::size_t family_begins_ = 0;          // its first sample
};

}  // namespace pgwatch::test
