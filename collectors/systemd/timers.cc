// timers: when each timer that is watched last elapsed and will again, and how what it starts ended.
#include "collectors/systemd/catalogue.h"

namespace pgwatch::collectors {
namespace {

std::vector<Column> columns_of_timers() {
  return {
      label("manager"),
      label("name"),
      property("LastTriggerUSec", "systemd_timer_last_trigger_seconds",
               "When the timer last elapsed, as a Unix time; absent where it never did.")
          .by({"manager", "name"}),
      gauge("next_elapse", "When the timer will elapse next, as a Unix time; absent where it never will.")
          .called("systemd_timer_next_elapse_seconds")
          .by({"manager", "name"}),
      gauge("armed", "Whether the timer will elapse, or what it starts runs just now.")
          .called("systemd_timer_armed")
          .by({"manager", "name"}),
      label("unit"),
      gauge("success", "Whether what the timer starts ended well when it last ran.")
          .called("systemd_timer_last_result_success")
          .by({"manager", "name", "unit"}),
  };
}

std::string spelled(double value) {
  std::string text;
  Number(value).append_to(text);
  return text;
}

void add(const ManagerView& view, const ManagedUnit& timer, Table::Row& row) {
  const Clocks now = clocks();
  const std::string_view starts = get(timer.properties, "Triggers");
  const ManagedUnit* started = view.find(starts.substr(0, starts.find('\n')));
  const bool will_elapse = is_armed(timer.properties, started);
  row.emplace_back("armed", will_elapse ? "1" : "0");
  if (const auto next = next_elapse(timer.properties, now.now, now.monotonic); next && will_elapse)
    row.emplace_back("next_elapse", spelled(*next));
  if (started == nullptr || get(started->properties, "Result").empty()) return;
  row.emplace_back("unit", started->name);
  row.emplace_back("success", ended_well(started->properties) ? "1" : "0");
}

}  // namespace

Collector timers(const SystemdPtr& systemd) {
  const auto tell = [](const Looks& looks, const Memory&) {
    return units_of_type(looks, "timer", columns_of_timers(), add);
  };
  return systemd_collector("timers", "Timers of service managers, and how what they start ended.", systemd, tell,
                           columns_of_timers());
}

}  // namespace pgwatch::collectors
