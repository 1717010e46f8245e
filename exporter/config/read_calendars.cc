#include "exporter/config/read_calendars.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "exporter/calendar/expand.h"
#include "exporter/calendar/special_days.h"
#include "exporter/calendar/written.h"
#include "exporter/config/nearest.h"
#include "exporter/config/values.h"
#include "exporter/util/file.h"

namespace pgwatch::config {
namespace {

using Date = std::chrono::year_month_day;
using Times = std::map<Date, Minutes>;

constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::string trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(first);
  return std::string(text.substr(0, text.find_last_not_of(' ') + 1));
}

std::optional<unsigned> weekday(std::string_view word) {
  const auto found = std::ranges::find(kWeekdays, word);
  if (found == kWeekdays.end()) return std::nullopt;
  return static_cast<unsigned>(found - kWeekdays.begin());
}

// mon, or mon-fri; fri-mon goes over the week's end.
bool add_days(std::string_view words, std::set<unsigned>& days) {
  const std::size_t dash = words.find('-');
  const auto first = weekday(words.substr(0, dash));
  const auto last = dash == words.npos ? first : weekday(words.substr(dash + 1));
  if (!first || !last) return false;
  for (unsigned day = *first; day != *last; day = (day + 1) % 7) days.insert(day);
  days.insert(*last);
  return true;
}

class CalendarReader {
 public:
  explicit CalendarReader(const Reader& reader) : reader_(reader) {}

  CalendarSpec read(const Node& node) {
    reader_.mapping(node, {
                              {"timezone", [&](const Node& value) { spec_.time_zone = time_zone(value); }},
                              {"sessions", [&](const Node& value) { sessions(value); }},
                              {"holidays", [&](const Node& value) { holidays(value); }},
                              {"early_close", [&](const Node& value) { times(value, spec_.special.early_close); }},
                              {"late_open", [&](const Node& value) { times(value, spec_.special.late_open); }},
                              {"holidays_file", [&](const Node& value) { holidays_file(value); }},
                              {"valid_until", [&](const Node& value) { spec_.valid_until = date(value); }},
                          });
    return std::move(spec_);
  }

 private:
  std::string time_zone(const Node& node) const {
    std::string name = reader_.text(node);
    if (is_time_zone(name)) return name;
    const std::vector<std::string> known = time_zone_names();
    if (known.empty()) reader_.fail(node.at, std::string(kNoTimeZones));
    const std::string near = nearest(name, known);
    reader_.fail(node.at,
                 "unknown time zone " + shown(name) +
                     (near.empty() ? "; expected a name as America/New_York" : "; did you mean " + near + "?"));
  }

  Minutes time(const Node& node) const {
    if (const auto time = read_time_of_day(reader_.text(node))) return *time;
    reader_.fail_value(node, "a time of day as 09:30");
  }

  Minutes time_below_midnight(const Node& node) const {
    const Minutes at = time(node);
    if (at < std::chrono::hours{24}) return at;
    reader_.fail_value(node, "a time from 00:00 to 23:59");
  }

  Date date(const Node& node) const {
    if (const auto date = read_date(reader_.text(node))) return *date;
    reader_.fail_value(node, "a date as 2026-11-27");
  }

  void day_words(const Node& node, std::set<unsigned>& days) const {
    const std::string words = reader_.text(node);
    for (std::size_t begin = 0; begin <= words.size();) {
      const std::size_t end = std::min(words.find(',', begin), words.size());
      if (!add_days(trimmed(words.substr(begin, end - begin)), days))
        reader_.fail_value(node, "days as mon-fri, or mon, wed, or [mon, wed]");
      begin = end + 1;
    }
  }

  std::set<unsigned> days(const Node& node) const {
    std::set<unsigned> days;
    if (node.kind != Node::Kind::kList) {
      day_words(node, days);
      return days;
    }
    for (const NodePtr& item : node.items) day_words(*item, days);
    return days;
  }

  WeeklySession session(const Node& node) const {
    std::optional<Minutes> open;
    std::optional<Minutes> close;
    WeeklySession session;
    reader_.mapping(
        node,
        {
            {"days", [&](const Node& value) { session.days = days(value); }},
            {"open", [&](const Node& value) { open = time_below_midnight(value); }},
            {"close", [&](const Node& value) { close = time(value); }},
            {"opens",
             [&](const Node& value) {
               session.opens_day_before = reader_.choice<bool>(value, {{"same_day", false}, {"day_before", true}});
             }},
        });
    if (session.days.empty() || !open || !close)
      reader_.fail(node.at, "expected a session as {days: mon-fri, open: \"09:30\", close: \"16:00\"}");
    session.open = *open;
    session.close = *close;
    return session;
  }

  void sessions(const Node& node) {
    for (const NodePtr& item : reader_.items(node)) spec_.sessions.push_back(session(*item));
  }

  void holidays(const Node& node) {
    for (const NodePtr& item : reader_.items(node)) spec_.special.holidays.insert(date(*item));
  }

  void times(const Node& node, Times& times) const {
    for (const Entry& entry : reader_.entries(node)) {
      const auto day = read_date(entry.key);
      if (!day) reader_.fail(entry.at, "expected a date as 2026-11-27, found " + shown(entry.key));
      times[*day] = time_below_midnight(*entry.value);
    }
  }

  // A close that is written in the configuration goes before the file's.
  void holidays_file(const Node& node) {
    const std::string path = reader_.text(node);
    try {
      SpecialDays days = read_special_days(read_file(path), path);
      spec_.special.holidays.merge(days.holidays);
      spec_.special.early_close.merge(days.early_close);
    } catch (const std::invalid_argument& error) {
      throw Error(error.what());
    } catch (const std::runtime_error& error) {
      reader_.fail(node.at, "cannot read holidays_file " + path + ": " + error.what());
    }
  }

  const Reader& reader_;
  CalendarSpec spec_;
};

}  // namespace

void read_calendars(const Reader& reader, const Node& node, CalendarSpecs& calendars) {
  for (const Entry& entry : reader.entries(node)) {
    CalendarSpec spec = CalendarReader(reader).read(*entry.value);
    if (const std::string found = problem(spec); !found.empty())
      reader.fail(entry.at, "calendar " + entry.key + ": " + found);
    calendars[entry.key] = std::move(spec);
  }
}

}  // namespace pgwatch::config
