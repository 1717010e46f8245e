// Metric: what a family of samples is called and what it means. Labels: their one spelling.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pgwatch {

enum class Kind { kGauge, kCounter, kUntyped, kHistogram };

std::string_view to_string(Kind kind);  // as the TYPE line spells it

struct Metric {
  std::string name;
  std::string help;  // every metric has one
  Kind kind = Kind::kGauge;

  friend bool operator==(const Metric&, const Metric&) = default;
};

// Blocks outlive the World their collector came from, so they share its metrics.
using MetricPtr = std::shared_ptr<const Metric>;

struct Label {
  std::string_view name;
  std::string_view value;
};

// Appends name="value" in the exposition's escaping, after a comma where text is not empty.
void append_label(std::string& text, std::string_view name, std::string_view value);

// Reads one label back out of such a text, unescaped.
std::optional<std::string> find_label(std::string_view labels, std::string_view name);

bool is_metric_name(std::string_view name);
bool is_label_name(std::string_view name);  // names beginning with __ are Prometheus's own

}  // namespace pgwatch
