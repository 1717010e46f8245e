#include "exporter/config/read_freshness.h"

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "exporter/calendar/expand.h"
#include "exporter/calendar/shipped.h"
#include "exporter/config/nearest.h"
#include "exporter/config/read_calendars.h"
#include "exporter/config/read_freshness_parts.h"
#include "exporter/config/values.h"

namespace pgwatch::config {
namespace {

// Each is expanded once, and only where a check goes by it.
class Calendars {
 public:
  explicit Calendars(const Reader& reader) : reader_(reader) {}

  void read(const Node& node) { read_calendars(reader_, node, specs_); }

  CalendarPtr get(const Node& node) {
    const std::string name = reader_.text(node);
    const auto spec = specs_.find(name);
    if (spec == specs_.end()) fail_unknown(node, name);
    CalendarPtr& calendar = made_[name];
    if (!calendar) calendar = std::make_shared<const Calendar>(make(node, name, spec->second));
    return calendar;
  }

 private:
  [[noreturn]] void fail_unknown(const Node& node, const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& [known, spec] : specs_) names.push_back(known);
    reader_.fail(node.at, "unknown calendar " + shown(name) + known_words(name, names));
  }

  Calendar make(const Node& node, const std::string& name, const CalendarSpec& spec) const {
    try {
      return expand_around(name, spec, std::chrono::floor<Seconds>(std::chrono::system_clock::now()));
    } catch (const std::runtime_error& error) {
      reader_.fail(node.at, error.what());
    }
  }

  const Reader& reader_;
  CalendarSpecs specs_ = shipped_calendars();
  std::map<std::string, CalendarPtr> made_;
};

// What every check begins with.
struct Defaults {
  FreshnessCheck check;
  int max_groups = FreshnessCheck::Groups{}.most;
};

using Severity = FreshnessCheck::OnEmpty;

// How it is asked, and what emptiness means: of one check, or of all.
std::vector<Reader::Field> common_fields(const Reader& reader, FreshnessCheck& check) {
  return {
      {"interval", [&](const Node& value) { check.interval = reader.duration(value, kSecond, kWeek); }},
      {"timeout", [&](const Node& value) { check.timeout = reader.duration(value, kShortestTimeout, kHour); }},
      {"max_lookback_chunks", [&](const Node& value) { check.most_steps_back = reader.integer(value, 1, 64); }},
      {"max_future", [&](const Node& value) { check.max_future = whole_seconds(reader, value, {}, kWeek); }},
      {"max_plan_cost", [&](const Node& value) { check.most_plan_cost = reader.integer(value, 0, 2'000'000'000); }},
      {"on_empty",
       [&](const Node& value) {
         check.on_empty = reader.choice<Severity>(
             value, {{"ok", Severity::kOk}, {"warn", Severity::kWarning}, {"critical", Severity::kCritical}});
       }},
  };
}

class CheckReader {
 public:
  CheckReader(const Reader& reader, const Defaults& defaults, Calendars& calendars)
      : reader_(reader), defaults_(defaults), calendars_(calendars), check_(defaults.check) {}

  WrittenFreshness read(const Node& node) {
    if (node.kind != Node::Kind::kMapping)
      reader_.fail(node.at, "expected a check, as {name: bars, table: public.bars, critical_after: 10m}");
    std::vector<Reader::Field> fields = common_fields(reader_, check_);
    for (auto&& more : {where(), what(), when(), parts()}) fields.insert(fields.end(), more.begin(), more.end());
    reader_.mapping(node, fields);
    refuse_contradictions(node);
    return {std::make_shared<const FreshnessCheck>(std::move(check_)), servers_at_};
  }

 private:
  std::vector<Reader::Field> where() {
    return {{"name", [this](const Node& value) { check_.name = name(value); }},
            {"servers", [this](const Node& value) { servers(value); }},
            {"database", [this](const Node& value) { check_.database = optional_text(reader_, value); }}};
  }

  std::vector<Reader::Field> what() {
    const auto text = [this](std::string& field) {
      return [this, &field](const Node& value) { field = optional_text(reader_, value); };
    };
    return {{"table", text(check_.table)},
            {"query", text(check_.query)},
            {"time_column", text(check_.time_column)},
            {"ingest_column", text(check_.ingest_column)},
            {"time_unit", [this](const Node& value) { check_.ticks_per_second = time_unit(value); }},
            {"filter", text(check_.filter)},
            {"allow_seqscan", [this](const Node& value) { check_.allow_seqscan = reader_.boolean(value); }}};
  }

  std::vector<Reader::Field> when() {
    using Clock = FreshnessCheck::Clock;
    using Cap = FreshnessCheck::Cap;
    return {
        {"warn_after", [this](const Node& value) { check_.age.warning = seconds_above_0(reader_, value); }},
        {"critical_after", [this](const Node& value) { check_.age.critical = seconds_above_0(reader_, value); }},
        {"clock",
         [this](const Node& value) {
           check_.clock = reader_.choice<Clock>(value, {{"wall", Clock::kWall}, {"market", Clock::kMarket}});
         }},
        {"active", [this](const Node& value) { active(value); }},
        {"completed_session", [this](const Node& value) { check_.completed_session = reader_.boolean(value); }},
        {"severity_cap",
         [this](const Node& value) {
           check_.severity_cap = reader_.choice<Cap>(value, {{"warn", Cap::kWarning}, {"critical", Cap::kCritical}});
         }},
    };
  }

  std::vector<Reader::Field> parts() {
    return {
        {"group_by", [this](const Node& value) { check_.groups = read_groups(reader_, value, defaults_.max_groups); }},
        {"window", [this](const Node& value) { check_.window = read_window(reader_, value); }},
        {"gaps", [this](const Node& value) { check_.gaps = read_gaps(reader_, value); }},
        {"late", [this](const Node& value) { check_.late = read_late(reader_, value); }},
        {"validity", [this](const Node& value) { check_.validity = read_validity(reader_, value); }},
    };
  }

  std::string name(const Node& node) const {
    std::string name = reader_.text(node);
    if (is_plain_name(name)) return name;
    reader_.fail_value(node, "a check's name of a to z, 0 to 9 and _, as bars_1m");
  }

  int time_unit(const Node& node) const {
    return reader_.choice<int>(node, {{"s", 1}, {"ms", 1'000}, {"us", 1'000'000}, {"ns", 1'000'000'000}});
  }

  void servers(const Node& node) {
    servers_at_ = reader_.where(node.at);
    check_.servers = reader_.texts(node);
    if (check_.servers.empty()) reader_.fail(node.at, "expected at least one target's name, or \"*\" for all");
  }

  void active(const Node& node) {
    reader_.mapping(
        node,
        {{"calendar", [this](const Node& value) { check_.calendar = calendars_.get(value); }},
         {"open_grace", [this](const Node& value) { check_.open_grace = whole_seconds(reader_, value, {}, kDay); }},
         {"close_grace", [this](const Node& value) { check_.close_grace = whole_seconds(reader_, value, {}, kDay); }}});
    if (!check_.calendar) reader_.fail(node.at, "expected a calendar, as active: {calendar: us_equities}");
    const std::optional<Seconds> shortest = check_.calendar->shortest_opening();
    if (shortest && check_.open_grace >= *shortest)
      reader_.fail(node.at, "open_grace is as long as the shortest session of calendar " + check_.calendar->name() +
                                ", " + std::to_string(shortest->count() / 60) +
                                " minutes, in which nothing would be looked at; give less");
  }

  // -- What cannot be together ----------------------------------------------------------------------------------------

  void refuse(const Node& node, bool is_wrong, const std::string& what) const {
    if (is_wrong) reader_.fail(node.at, "check " + check_.name + ": " + what);
  }

  void refuse_contradictions(const Node& node) const {
    if (check_.name.empty()) reader_.fail(node.at, "a check without a name; give it one, as name: bars_1m");
    refuse(node, check_.table.empty() == check_.query.empty(),
           "expected a table, as table: public.bars, or a query that gives ts, and not both");
    const auto& [warning, critical, below] = check_.age;
    refuse(node, warning && critical && *warning > *critical,
           "it would be critical before it warns: give critical_after above warn_after");
    refuse(node, check_.completed_session && !check_.calendar,
           "completed_session needs a calendar, as active: {calendar: us_equities}");
    refuse(node, check_.clock == FreshnessCheck::Clock::kMarket && !check_.calendar,
           "clock: market needs a calendar, as active: {calendar: us_equities}");
    refuse(node, check_.late && check_.ingest_column.empty(),
           "late compares event and ingest time; name the ingest_column");
    refuse(
        node, !judges_anything(),
        "nothing makes it stale; give warn_after, critical_after, completed_session, window, gaps, late or validity");
    refuse_what_a_query_says_itself(node);
  }

  bool judges_anything() const {
    return check_.age.warning || check_.age.critical || check_.completed_session || check_.window || check_.gaps ||
           check_.late || check_.validity;
  }

  void refuse_what_a_query_says_itself(const Node& node) const {
    if (check_.query.empty()) return;
    refuse(node, !check_.time_column.empty(), "time_column goes with a table; a query gives its time as ts");
    refuse(node, !check_.filter.empty(), "filter goes with a table; write the condition in the query");
    refuse(node, check_.allow_seqscan, "allow_seqscan goes with a table; a query runs as it is written");
  }

  const Reader& reader_;
  const Defaults& defaults_;
  Calendars& calendars_;
  FreshnessCheck check_;
  std::string servers_at_;
};

Defaults read_defaults(const Reader& reader, const Node& node) {
  Defaults defaults;
  std::vector<Reader::Field> fields = common_fields(reader, defaults.check);
  fields.push_back({"max_groups", [&](const Node& value) { defaults.max_groups = reader.integer(value, 1, 10'000); }});
  reader.mapping(node, fields);
  return defaults;
}

Position name_of(const Node& check) {
  const auto entry = std::ranges::find(check.entries, "name", &Entry::key);
  return entry->value->at;
}

}  // namespace

std::vector<WrittenFreshness> read_freshness(const Reader& reader, const Node& node,
                                             const std::vector<CheckInfo>& taken) {
  Defaults defaults;
  Calendars calendars(reader);
  std::vector<WrittenFreshness> all;
  const auto is_taken = [&](const std::string& name) {
    return std::ranges::find(taken, name, &CheckInfo::name) != taken.end() ||
           std::ranges::any_of(all, [&](const WrittenFreshness& one) { return one.check->name == name; });
  };
  const auto read_checks = [&](const Node& value) {
    for (const NodePtr& item : reader.items(value)) {
      WrittenFreshness written = CheckReader(reader, defaults, calendars).read(*item);
      if (is_taken(written.check->name))
        reader.fail(name_of(*item), "there is a check " + written.check->name + " already; call this one otherwise");
      all.push_back(std::move(written));
    }
  };
  reader.mapping(node, {{"defaults", [&](const Node& value) { defaults = read_defaults(reader, value); }},
                        {"calendars", [&](const Node& value) { calendars.read(value); }},
                        {"checks", read_checks}});
  return all;
}

}  // namespace pgwatch::config
