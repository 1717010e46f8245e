// Selection: which checks of which servers are made. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/health/check.h"

namespace pgwatch::health {

// Which checks are wanted: patterns of a check's name, or of SERVER/NAME, where * and ? stand for others. None: all.
class Selection {
 public:
  explicit Selection(std::vector<std::string> patterns = {}) : patterns_(std::move(patterns)) {}

  bool takes(std::string_view server, std::string_view check) const;
  // Why each pattern that takes nothing does.
  std::vector<std::string> complaints(const World& world, std::span<const Check> checks) const;

 private:
  std::vector<std::string> patterns_;
};

// It is made at the server, turned on for it, and selected.
bool is_wanted(const Target& target, const Check& check, const Selection& selection);
// The same of a check of the host.
bool is_wanted(const Check& check, const Selection& selection);
// The collectors whose answers the selected checks read; none where they read none.
std::vector<std::string> collectors_for(const World& world, std::span<const Check> checks, const Selection& selection);
// How the machine itself is called among servers (engine.h).
inline constexpr const char* kHost = "";
// The targets that have a selected check, and the host.
std::vector<std::string> targets_for(const World& world, std::span<const Check> checks, const Selection& selection);

}  // namespace pgwatch::health
