// Examine: all verdicts on what a request got. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/health/check.h"

namespace pgwatch::health {

// Which checks are wanted: shell patterns of a check's name, or of SERVER/NAME. None: all.
class Selection {
 public:
  explicit Selection(std::vector<std::string> patterns = {}) : patterns_(std::move(patterns)) {}

  bool takes(std::string_view server, std::string_view check) const;
  // The patterns that take nothing.
  std::vector<std::string> idle(const World& world, std::span<const Check> checks) const;

 private:
  std::vector<std::string> patterns_;
};

// The collectors whose answers the selected checks read; none where they read none.
std::vector<std::string> collectors_for(const World& world, std::span<const Check> checks, const Selection& selection);
// The targets that have a selected check.
std::vector<std::string> targets_for(const World& world, std::span<const Check> checks, const Selection& selection);

// In the order of the World's targets and of the checks. `now` is Unix time.
std::vector<Verdict> examine(const World& world, const Snapshot& snapshot, std::span<const Check> checks,
                             const Selection& selection, double now);

}  // namespace pgwatch::health
