#include "collectors/systemd/looked.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "collectors/systemd/containers.h"

namespace pgwatch::collectors {
namespace {

constexpr double kMicrosecond = 1e-6;
constexpr double kNanosecond = 1e-9;

// The largest number of 64 bits is how a manager says that it has set none.
std::optional<Number> read_number(Cell cell) {
  if (!cell || *cell == "18446744073709551615") return std::nullopt;
  return Number::parse(*cell);
}

ReadCell scaled(double unit, bool is_moment) {
  return [unit, is_moment](Cell cell) -> std::optional<Number> {
    const auto value = read_number(cell);
    if (!value || (is_moment && value->as_double() == 0)) return std::nullopt;
    return value->as_double() * unit;
  };
}

// Times are in microseconds, and one that never came is 0. So is a limit of time that was not set.
ReadCell reading_of(std::string_view name) {
  if (name.ends_with("USec")) return scaled(kMicrosecond, true);
  if (name.ends_with("Timestamp") || name.ends_with("TimestampMonotonic")) return scaled(kMicrosecond, true);
  if (name.ends_with("NSec")) return scaled(kNanosecond, false);
  return read_number;
}

// Looks at one manager after the other are begun at once; the last to answer tells.
struct Round {
  Looks looks;
  std::size_t waiting = 0;
};

bool is_nothing(const Failure& failure) { return failure.cls == kForbidden || failure.cls == kAbsent; }

// Of managers none of which answered.
Failure worst(const Looks& looks, Systemd::Presence presence) {
  const auto weight = [](const LookedAt& one) {
    const Failure& failure = std::get<Failure>(one.answer);
    return failure.cls == kAbsent ? 0 : failure.cls == kForbidden ? 1 : 2;
  };
  Failure failure = std::get<Failure>(std::ranges::max_element(looks, {}, weight)->answer);
  if (presence == Systemd::Presence::kMust && is_nothing(failure)) failure.cls = "no_manager";
  return failure;
}

using TellLooks = std::function<Rows(const Looks&)>;

// Only what is told of these takes files, and a file server that hangs is no matter of the other units.
bool has_containers(const Looks& looks) {
  return std::ranges::any_of(looks, [](const LookedAt& one) {
    return one.view() != nullptr && std::ranges::any_of(one.view()->units, [](const ManagedUnit& unit) {
             return is_container(unit.properties);
           });
  });
}

void finish(Host& host, const Round& round, Systemd::Presence presence, const TellLooks& tell, const HostDone& done) {
  const auto is_seen = [](const LookedAt& one) { return one.view() != nullptr; };
  if (std::ranges::none_of(round.looks, is_seen)) return done(worst(round.looks, presence));
  if (!has_containers(round.looks)) return done(tell(round.looks));
  host.read_files([tell, looks = round.looks]() -> Answer { return tell(looks); }, done);
}

HostRead read_with(const SystemdPtr& systemd, const UnitChoicePtr& choice, TellLooks tell) {
  return [systemd, choice, tell = std::move(tell)](Host& host, const HostDone& done) {
    const auto round = std::make_shared<Round>();
    round->waiting = systemd->managers.size();
    for (const ManagerName& name : systemd->managers) round->looks.push_back({to_string(name), Failure{}});
    for (std::size_t i = 0; i < systemd->managers.size(); ++i)
      host.look_at_manager(systemd->managers[i], choice, [=, &host](const ManagerAnswer& answer) {
        round->looks[i].answer = answer;
        if (--round->waiting == 0) finish(host, *round, systemd->presence, tell, done);
      });
  };
}

Planner planner_of(const SystemdPtr& systemd, Tell tell) {
  const auto choice = std::make_shared<const UnitChoice>(systemd->choice());
  return [systemd, choice, tell = std::move(tell)](const Facts&, const Memory& memory) -> Step {
    return read_with(systemd, choice, [tell, memory](const Looks& looks) { return tell(looks, memory); });
  };
}

Column with_reading(Column column, std::string_view metric) {
  column.read = reading_of(column.name);
  return std::move(column).called(metric);
}

std::uint64_t microseconds(auto moment) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(moment.time_since_epoch());
  return static_cast<std::uint64_t>(since.count());
}

}  // namespace

const ManagerView* LookedAt::view() const {
  const auto* view = std::get_if<ManagerViewPtr>(&answer);
  return view == nullptr ? nullptr : view->get();
}

Collector systemd_collector(std::string name, std::string help, const SystemdPtr& systemd, Tell tell,
                            std::vector<Column> columns) {
  return {
      .name = std::move(name),
      .help = std::move(help),
      .scope = Scope::kHost,
      .lane = Lane::kSlow,
      .interval = std::chrono::seconds{15},
      .prefix = "systemd",
      .source = planner_of(systemd, std::move(tell)),
      .columns = std::move(columns),
  };
}

void Table::add(const Row& row) {
  std::vector<Cell> cells(rows_.columns().size());
  for (const auto& [name, text] : row)
    if (const auto column = rows_.find(name)) cells[*column] = text;
  rows_.add(cells);
}

Rows units_of_type(const Looks& looks, std::string_view type, const std::vector<Column>& columns,
                   const std::function<void(const ManagerView&, const ManagedUnit&, Table::Row&)>& more) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  Table table(std::move(names));
  for (const LookedAt& looked : looks) {
    if (looked.view() == nullptr) continue;
    for (const ManagedUnit& unit : looked.view()->units) {
      if (type_of(unit.name) != type) continue;
      Table::Row row = {{"manager", looked.manager}, {"name", unit.name}};
      row.insert(row.end(), unit.properties.begin(), unit.properties.end());
      if (more) more(*looked.view(), unit, row);
      table.add(row);
    }
  }
  return table.take();
}

Column property(std::string_view name, std::string_view metric, std::string_view help) {
  return with_reading(gauge(name, help), metric);
}

Column property_counter(std::string_view name, std::string_view metric, std::string_view help) {
  return with_reading(counter(name, help), metric);
}

Clocks clocks() {
  return {microseconds(std::chrono::system_clock::now()), microseconds(std::chrono::steady_clock::now())};
}

}  // namespace pgwatch::collectors
