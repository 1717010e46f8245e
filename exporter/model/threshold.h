// Threshold: from which value on a check warns and from which it is critical. CheckInfo: what is configured of a check.
// A check's judgement itself is health's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pgwatch {

enum class Unit { kNone, kSeconds, kBytes, kNumber };

std::string_view to_string(Unit unit);  // "s", "B" or ""

struct Threshold {
  std::optional<double> warning = {};  // in the check's unit; none: never
  std::optional<double> critical = {};
  bool below = false;  // what is low is bad, as free space: beyond is then at it or less

  bool is_beyond(const std::optional<double>& limit, double value) const;
  friend bool operator==(const Threshold&, const Threshold&) = default;
};

struct CheckInfo {
  std::string name;          // config key, label `check`
  std::string help;          // one sentence
  Unit unit = Unit::kNone;   // kNone: it has no thresholds, only a state
  Threshold threshold = {};  // where the configuration names none
};

struct CheckSetting {
  bool enabled = true;
  Threshold threshold = {};

  friend bool operator==(const CheckSetting&, const CheckSetting&) = default;
};

// By name. A check that is not here is as its CheckInfo says.
using CheckSettings = std::map<std::string, CheckSetting, std::less<>>;

CheckSetting setting_of(const CheckSettings& settings, const CheckInfo& check);

}  // namespace pgwatch
