// A service manager as collectors see it: which one it is, which of its units are looked at, and what it said of them.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "exporter/model/failure.h"

namespace pgwatch {

// The machine's, our own user's, or another user's.
struct ManagerName {
  enum class Kind { kSystem, kOwn, kUser };

  Kind kind = Kind::kSystem;
  unsigned uid = 0;       // of another user
  std::string user = {};  // as it was configured

  friend bool operator==(const ManagerName&, const ManagerName&) = default;
  friend bool operator<(const ManagerName& one, const ManagerName& other) {
    return std::tie(one.kind, one.uid, one.user) < std::tie(other.kind, other.uid, other.user);
  }
};

std::string to_string(const ManagerName& name);  // the label `manager`: system, user or user@NAME

// Which units are looked at.
struct UnitChoice {
  std::vector<std::string> names = {};     // full names; these are looked at whether they are loaded or not
  std::vector<std::string> patterns = {};  // with * and ?, of what is loaded
  std::vector<std::string> exclude = {};   // from what patterns and failures bring
  bool failed = true;                      // whatever has failed, too
  std::size_t most = 100;

  friend bool operator==(const UnitChoice&, const UnitChoice&) = default;
};
using UnitChoicePtr = std::shared_ptr<const UnitChoice>;

// What the manager said of an object: numbers in decimal, booleans as 0 and 1, lists with a line for each.
using Properties = std::map<std::string, std::string, std::less<>>;

// "" where there is none of that name.
std::string_view get(const Properties& properties, std::string_view name);
// The same as a number; nothing where the manager has not set it, or it is none.
std::optional<double> number(const Properties& properties, std::string_view name);

struct ManagedUnit {
  std::string name;
  Properties properties;
};

std::string_view type_of(std::string_view unit);       // service, of a.service
inline constexpr std::size_t kContainerIdDigits = 64;  // hexadecimal
// Whether it is one of podman's checks of health, which are units called after the container's id.
bool is_check_of_health(std::string_view unit);

struct ManagerView {
  Properties manager;
  std::vector<ManagedUnit> units;   // those chosen, by name
  std::vector<ManagedUnit> others;  // what chosen timers start, and podman's checks of health
  std::size_t dropped = 0;          // chosen, but more than are looked at

  const ManagedUnit* find(std::string_view name) const;  // of both lists; null where it has none of that name
};
using ManagerViewPtr = std::shared_ptr<const ManagerView>;
using ManagerAnswer = std::variant<ManagerViewPtr, Failure>;

}  // namespace pgwatch
