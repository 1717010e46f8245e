#include "exporter/model/systemd.h"

#include <algorithm>
#include <array>

#include "exporter/model/number.h"
#include "exporter/model/world.h"

namespace pgwatch {
namespace {

// What is said is a label's value too: it holds no number that moves.
constexpr double kMicrosecond = 1e-6;
// A start or a reload of what is to run that takes longer is stuck, whatever its own limit is.
constexpr std::chrono::minutes kStuckAfter{2};
// A service that came back has been down: for so long that is told.
constexpr double kRecently = 60;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool has_name(const UnitRule& rule, const ManagedUnit& unit) {
  if (rule.takes(unit.name)) return true;
  std::string_view names = get(unit.properties, "Names");
  while (!names.empty()) {
    const std::size_t end = std::min(names.find('\n'), names.size());
    if (rule.takes(names.substr(0, end))) return true;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return false;
}

// Another unit speaks of one that is not there, or its administrator has masked it: neither is a fault.
bool is_left_alone(const Properties& unit) {
  return is_one_of(get(unit, "LoadState"), {"not-found", "masked"}) && get(unit, "ActiveState") == "inactive";
}

// Generators also make units of what is there to be started by hand.
bool starts_with_machine(const Properties& unit) {
  if (is_quadlet(unit)) return true;
  return is_one_of(get(unit, "UnitFileState"), {"enabled", "enabled-runtime", "linked-enabled"});
}

// What nobody has said: a timer is there to elapse, what ends by itself to end well, and what is started with the
// machine to run.
Expect suited(const ManagedUnit& unit, bool is_named) {
  const Properties& properties = unit.properties;
  const std::string_view type = type_of(unit.name);
  if (type == "timer") return Expect::kArmed;
  if (type == "service" && get(properties, "Type") == "oneshot") return Expect::kSuccess;
  return is_named || (type == "service" && starts_with_machine(properties)) ? Expect::kActive : Expect::kSuccess;
}

double seconds_since(const Properties& unit, std::string_view moment, std::uint64_t now) {
  const double then = number(unit, moment).value_or(0);
  return then > 0 ? std::max(0.0, (static_cast<double>(now) - then) * kMicrosecond) : 0;
}

// What ended a service: exit-code, 3.
std::string end_of(const Properties& unit) {
  if (ended_well(unit)) return "";
  std::string end(get(unit, "Result"));
  const std::string_view code = get(unit, "ExecMainCode");
  const std::string status(get(unit, "ExecMainStatus"));
  if (code == "1" && status != "0") end += ", status " + status;
  if (code == "2" || code == "3") end += ", signal " + status;
  return end;
}

std::string with_reason(std::string what, const std::string& reason) {
  return reason.empty() ? what : std::move(what) + ": " + reason;
}

std::string of_load_state(const Properties& unit) {
  const std::string_view state = get(unit, "LoadState");
  if (state == "loaded") return "";
  if (state == "not-found") return "there is no such unit";
  if (state == "masked") return "masked, so that nothing can start it";
  return "its file cannot be used: " + std::string(state);
}

// Of any unit, whatever is expected of it.
std::string of_trouble(const Properties& unit) {
  const std::string_view state = get(unit, "ActiveState");
  if (state == "failed") return with_reason("failed", end_of(unit));
  if (state == "maintenance") return "in maintenance";
  const bool was_restarted = number(unit, "NRestarts").value_or(0) > 0;
  if (get(unit, "SubState").starts_with("auto-restart") || (state == "activating" && was_restarted))
    return with_reason("does not stay up", end_of(unit));
  return of_load_state(unit);
}

std::string of_restart(const Properties& unit, std::uint64_t now) {
  const bool was_restarted = number(unit, "NRestarts").value_or(0) > 0 && get(unit, "ActiveState") == "active";
  const bool is_back = was_restarted && seconds_since(unit, "ActiveEnterTimestamp", now) < kRecently;
  return is_back ? "was restarted within the last minute" : "";
}

bool is_changing(std::string_view state) {
  return is_one_of(state, {"activating", "deactivating", "reloading", "refreshing"});
}

std::string of_change(const Properties& unit, const std::optional<std::chrono::milliseconds>& stuck_after,
                      std::uint64_t now) {
  const std::string state(get(unit, "ActiveState"));
  if (!stuck_after || !is_changing(state)) return "";
  const std::chrono::duration<double> limit = *stuck_after;
  if (seconds_since(unit, "StateChangeTimestamp", now) <= limit.count()) return "";
  std::string why = state + " for more than ";
  Number(limit.count()).append_to(why);
  return why + " s";
}

std::string of_running(const Properties& unit) {
  const std::string state(get(unit, "ActiveState"));
  return state == "active" || is_changing(state) ? "" : state + ", and is to run";
}

std::string of_success(const Properties& unit) {
  const std::string end = end_of(unit);
  return end.empty() ? "" : "did not end well: " + end;
}

std::string of_timer(const Properties& timer, const Expected& expected, const ManagedUnit* started, std::uint64_t now) {
  if (get(timer, "ActiveState") != "active") return std::string(get(timer, "ActiveState")) + ", and is to be armed";
  if (!is_armed(timer, started)) return "not armed: it will not elapse again";
  if (started == nullptr) return "";
  const Properties& unit = started->properties;
  for (const std::string& why : {of_trouble(unit), of_change(unit, expected.stuck_after, now), of_success(unit)})
    if (!why.empty()) return "what it starts, " + started->name + ": " + why;
  return "";
}

}  // namespace

std::string_view to_string(Expect expect) {
  constexpr std::array<std::string_view, 4> kNames = {"active", "success", "armed", "any"};
  return kNames.at(static_cast<std::size_t>(expect));
}

bool UnitRule::is_name() const { return pattern.find_first_of("*?") == std::string::npos; }

bool UnitRule::takes(std::string_view unit) const { return matches(pattern, unit); }

std::vector<UnitRule> Systemd::default_units() {
  std::vector<UnitRule> rules;
  for (const char* pattern : {"postgresql*", "postgres*", "patroni*", "pgbouncer*", "pgwatch*"})
    rules.push_back({.pattern = pattern});
  return rules;
}

bool is_quadlet(const Properties& unit) {
  return get(unit, "SourcePath").find("containers/systemd/") != std::string_view::npos;
}

UnitChoice Systemd::choice() const {
  UnitChoice choice{.exclude = exclude, .failed = failed, .most = max_units};
  for (const UnitRule& rule : units) (rule.is_name() ? choice.names : choice.patterns).push_back(rule.pattern);
  return choice;
}

Expected expected_of(const Systemd& systemd, const ManagedUnit& unit) {
  const auto takes_it = [&](const UnitRule& rule) { return has_name(rule, unit); };
  const auto names_it = [&](const UnitRule& rule) { return rule.is_name() && has_name(rule, unit); };
  const bool is_named = std::ranges::any_of(systemd.units, names_it);
  if (!is_named && is_left_alone(unit.properties)) return {};
  const auto rule = std::ranges::find_if(systemd.units, takes_it);
  if (rule == systemd.units.end()) return {suited(unit, is_named), {}};
  Expected expected{rule->expect.value_or(suited(unit, is_named)), rule->stuck_after};
  if (expected.state == Expect::kActive && !expected.stuck_after) expected.stuck_after = kStuckAfter;
  return expected;
}

bool ended_well(const Properties& unit) { return is_one_of(get(unit, "Result"), {"", "success", "exec-condition"}); }

// While what it starts is active the timer waits for its end, which never comes where that remains after its exit, or
// is a target. One that elapses when the clock is set waits and has no next time.
bool is_armed(const Properties& timer, const ManagedUnit* started) {
  if (get(timer, "ActiveState") != "active") return false;
  if (get(timer, "SubState") == "running")
    return started == nullptr || !is_one_of(get(started->properties, "SubState"), {"exited", "active"});
  if (get(timer, "SubState") == "waiting") return true;
  return number(timer, "NextElapseUSecRealtime").value_or(0) > 0 ||
         number(timer, "NextElapseUSecMonotonic").value_or(0) > 0;
}

std::optional<double> next_elapse(const Properties& timer, std::uint64_t now, std::uint64_t monotonic) {
  std::optional<double> next;
  if (const auto at = number(timer, "NextElapseUSecRealtime"); at > 0) next = *at;
  if (const auto at = number(timer, "NextElapseUSecMonotonic"); at > 0) {
    const double moment = static_cast<double>(now) + *at - static_cast<double>(monotonic);
    next = std::min(next.value_or(moment), moment);
  }
  if (next) *next *= kMicrosecond;
  return next;
}

std::string complaint(const ManagedUnit& unit, const Expected& expected, const ManagedUnit* started,
                      std::uint64_t now) {
  const Properties& properties = unit.properties;
  if (expected.state == Expect::kAny) return "";
  for (const std::string& why :
       {of_trouble(properties), of_restart(properties, now), of_change(properties, expected.stuck_after, now)})
    if (!why.empty()) return why;
  const bool is_timer = type_of(unit.name) == "timer";
  if (expected.state == Expect::kSuccess) return of_success(properties);
  if (expected.state == Expect::kArmed && is_timer) return of_timer(properties, expected, started, now);
  return of_running(properties);
}

}  // namespace pgwatch
