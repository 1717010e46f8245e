// units: the state of each unit that is watched, what it uses, and whether it is as it should be.
#include <algorithm>
#include <set>
#include <sstream>

#include "collectors/systemd/catalogue.h"
#include "collectors/systemd/containers.h"
#include "collectors/systemd/unit_columns.h"
#include "exporter/model/world.h"

namespace pgwatch::collectors {
namespace {

using Row = Table::Row;

constexpr const char* kOwnManager = "user";

// ExecMainCode is what waitid says: 1 is an exit, 2 and 3 are signals, 0 is nothing yet.
void add_end(const Properties& properties, Row& row) {
  const std::string_view code = get(properties, "ExecMainCode");
  const std::string status(get(properties, "ExecMainStatus"));
  if (code == "1") row.emplace_back("exit_status", status);
  if (code == "2" || code == "3") row.emplace_back("exit_signal", status);
}

void add_kind(const ManagedUnit& unit, Row& row) {
  const std::string_view type = type_of(unit.name);
  const std::string kind(get(unit.properties, "Type"));
  row.emplace_back("info", "1");
  if (type == "service") row.emplace_back("service_type", kind);
  if (type == "mount") row.emplace_back("mount_type", kind);
}

void add_text(const Properties& properties, std::string_view property, std::string_view column, Row& row) {
  if (const std::string_view text = get(properties, property); !text.empty()) row.emplace_back(column, text);
}

// Where there is no file of it, and it does not run either: the manager says of it what it would say of any.
bool is_nothing(const Properties& unit) {
  return get(unit, "LoadState") != "loaded" && get(unit, "ActiveState") == "inactive";
}

Row row_of(const std::string& manager, const ManagedUnit& unit) {
  const Properties& properties = unit.properties;
  Row row = {{"manager", manager}, {"name", unit.name}, {"type", std::string(type_of(unit.name))}};
  add_text(properties, "ActiveState", "state", row);
  add_text(properties, "LoadState", "load_state", row);
  if (is_nothing(properties)) return row;
  row.insert(row.end(), properties.begin(), properties.end());
  add_text(properties, "Result", "result", row);
  add_kind(unit, row);
  if (type_of(unit.name) == "service") add_end(properties, row);
  return row;
}

void add_verdict(std::string why, Row& row) {
  row.emplace_back("healthy", why.empty() ? "1" : "0");
  if (why.empty()) return;
  row.emplace_back("unhealthy", "1");
  row.emplace_back("reason", std::move(why));
}

void add_container(const Container& container, Row& row) {
  row.emplace_back("is_container", "1");
  row.emplace_back("container", container.name);
  if (container.health == Container::Health::kUnknown) return;
  row.emplace_back("container_healthy", container.health == Container::Health::kHealthy ? "1" : "0");
}

// The rows of one answer.
class Telling {
 public:
  Telling(const Systemd& systemd, const Memory& memory) : systemd_(systemd) {
    const auto remembered = memory.find(kUnhealthyContainers);
    std::istringstream lines(remembered == memory.end() ? "" : remembered->second);
    for (std::string line; std::getline(lines, line);) before_.insert(line);
  }

  void add(const Looks& looks) {
    for (const LookedAt& looked : looks) see_who_is_there(looked);
    for (const LookedAt& looked : looks) {
      add_manager(looked);
      if (looked.view() != nullptr) add_units(looked.manager, *looked.view());
    }
  }

  Rows rows(const std::vector<std::string>& columns) {
    Table table(columns);
    if (!rows_.empty() && !unhealthy_.empty()) rows_.front().emplace_back(kUnhealthyContainers, unhealthy_);
    for (const Row& row : rows_) table.add(row);
    return table.take();
  }

 private:
  static bool is_absent(const ManagedUnit& unit) { return get(unit.properties, "LoadState") == "not-found"; }

  // By all their names. Who does not answer may have any.
  void see_who_is_there(const LookedAt& looked) {
    const ManagerView* view = looked.view();
    if (view == nullptr) is_any_unknown_ = is_any_unknown_ || std::get<Failure>(looked.answer).cls != kAbsent;
    if (view == nullptr) return;
    for (const ManagedUnit& unit : view->units) {
      if (is_absent(unit)) continue;
      there_.insert(unit.name);
      std::istringstream names{std::string(get(unit.properties, "Names"))};
      for (std::string name; std::getline(names, name);) there_.insert(name);
    }
  }

  // Those that are looked at by default need not both be there.
  void add_manager(const LookedAt& looked) {
    Row row = {{"manager", looked.manager}};
    if (const ManagerView* view = looked.view()) {
      row.emplace_back("reached", "1");
      row.emplace_back("dropped", std::to_string(view->dropped));
    } else {
      const std::string& why = std::get<Failure>(looked.answer).cls;
      const bool need_not_be = systemd_.presence == Systemd::Presence::kMay || looked.manager == kOwnManager;
      if (why == kAbsent && need_not_be && !looked.manager.starts_with("user@")) return;
      row.emplace_back("reached", "0");
      row.emplace_back("reason", why);
    }
    rows_.push_back(std::move(row));
  }

  // A unit that one manager has is not missed in another, and one that none has is missed once.
  void add_units(const std::string& manager, const ManagerView& view) {
    for (const ManagedUnit& unit : view.units) {
      if (!is_absent(unit) || get(unit.properties, "ActiveState") == "failed")
        add_unit(manager, unit, view);
      else if (there_.insert(unit.name).second)
        add_missed(manager, unit, view);
    }
    for (const ManagedUnit& check : view.others)
      if (systemd_.failed && is_check_of_health(check.name) && !told_checks_.contains(check.name) &&
          get(check.properties, "ActiveState") == "failed" && !is_excluded(check))
        add_unit(manager, check, view);  // of a container that nobody watches
  }

  // Who does not answer may have it: then nobody judges what is to be there.
  void add_missed(const std::string& manager, const ManagedUnit& unit, const ManagerView& view) {
    if (is_any_unknown_ && expected_of(systemd_, unit).state != Expect::kAny)
      rows_.push_back(row_of(manager, unit));
    else
      add_unit(manager, unit, view);
  }

  bool is_excluded(const ManagedUnit& unit) const {
    return std::ranges::any_of(systemd_.exclude, [&](const std::string& one) { return matches(one, unit.name); });
  }

  void add_unit(const std::string& manager, const ManagedUnit& unit, const ManagerView& view) {
    Row row = row_of(manager, unit);
    const Expected expected = expected_of(systemd_, unit);
    const std::string_view starts = get(unit.properties, "Triggers");
    std::string why = complaint(unit, expected, view.find(starts.substr(0, starts.find('\n'))), clocks().now);
    if (is_container(unit.properties)) {
      const Container container = container_of(unit, view, before_);
      add_container(container, row);
      told_checks_.insert(container.check);
      if (container.health == Container::Health::kUnhealthy) unhealthy_ += container.id + '\n';
      if (why.empty() && expected.state != Expect::kAny) why = container.why;
    }
    add_verdict(std::move(why), row);
    rows_.push_back(std::move(row));
  }

  const Systemd& systemd_;
  std::set<std::string> before_;  // ids of containers that were unhealthy when last looked at
  std::string unhealthy_;
  std::set<std::string> there_;        // in some manager
  bool is_any_unknown_ = false;        // a manager that is there and does not answer
  std::set<std::string> told_checks_;  // of health, as that of their container
  std::vector<Row> rows_;
};

Rows tell_of_units(const Looks& looks, const Memory& memory, const Systemd& systemd,
                   const std::vector<std::string>& columns) {
  Telling telling(systemd, memory);
  telling.add(looks);
  return telling.rows(columns);
}

}  // namespace

Collector units(const SystemdPtr& systemd) {
  std::vector<Column> columns = unit_columns();
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  Collector collector = systemd_collector(
      "units", "Units of service managers: those that are named, those whose names fit, and whatever has failed.",
      systemd,
      [systemd, names](const Looks& looks, const Memory& memory) {
        return tell_of_units(looks, memory, *systemd, names);
      },
      std::move(columns));
  // What bounds its answer is how many units are looked at: nothing of those is left out. A result is one of eleven.
  constexpr std::size_t kMostStates = 11;
  const UnitChoice choice = systemd->choice();
  const std::size_t most = kMostStates * std::max(choice.most, choice.names.size()) * systemd->managers.size();
  collector.max_series = std::max(collector.max_series, most);
  return collector;
}

}  // namespace pgwatch::collectors
