// Systemd: which managers and units are watched, and when a unit is well. What is configured, and the judgement of one
// unit, which is pure; who looks is collectors/systemd.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/model/manager.h"

namespace pgwatch {

// When a unit is well.
enum class Expect {
  kActive,   // it runs
  kSuccess,  // it runs, or it ended well
  kArmed,    // a timer that will elapse, and what it starts ended well
  kAny,      // whatever it does
};

std::string_view to_string(Expect expect);

struct UnitRule {
  std::string pattern;                                        // a unit's full name, with * and ? perhaps
  std::optional<Expect> expect = {};                          // none: as suits the unit
  std::optional<std::chrono::milliseconds> stuck_after = {};  // none: the same

  bool is_name() const;  // it names one unit, which is to be there
  bool takes(std::string_view unit) const;
};

struct Systemd {
  enum class Presence {
    kMay,   // where there is no systemd, or none that we may ask, there is nothing to see
    kMust,  // that is a failure
  };

  Presence presence = Presence::kMay;
  std::vector<ManagerName> managers = {{.kind = ManagerName::Kind::kSystem}, {.kind = ManagerName::Kind::kOwn}};
  std::vector<UnitRule> units = default_units();
  std::vector<std::string> exclude = {};  // from what patterns and failures bring
  bool failed = true;                     // whatever has failed is unwell, named or not
  std::size_t max_units = 100;

  static std::vector<UnitRule> default_units();
  UnitChoice choice() const;
};
using SystemdPtr = std::shared_ptr<const Systemd>;

// Whether its file stands where Quadlets do.
bool is_quadlet(const Properties& unit);

// What is expected of a unit. The first rule that takes it says so, by its name or another that it goes by.
struct Expected {
  Expect state = Expect::kAny;
  std::optional<std::chrono::milliseconds> stuck_after =
      {};  // a start, a stop or a reload; none: it has all the time there is

  friend bool operator==(const Expected&, const Expected&) = default;
};
Expected expected_of(const Systemd& systemd, const ManagedUnit& unit);

// Whether a service or what else has a result ended well, or not at all. One whose own condition kept it from running
// did.
bool ended_well(const Properties& unit);
// A timer that will elapse again, or whose unit runs just now. `started` is that unit, or null.
bool is_armed(const Properties& timer, const ManagedUnit* started);
// When it will, as a Unix time in seconds; nothing where it never will. `now` and `monotonic` are the same moment, in
// microseconds, by the two clocks that managers use.
std::optional<double> next_elapse(const Properties& timer, std::uint64_t now, std::uint64_t monotonic);

// Why the unit is not as is expected of it; "" where it is. A label shows it. `started` is what a timer starts, or
// null. `now` is a Unix time in microseconds.
std::string complaint(const ManagedUnit& unit, const Expected& expected, const ManagedUnit* started, std::uint64_t now);

}  // namespace pgwatch
