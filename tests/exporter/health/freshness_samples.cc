#include "tests/exporter/health/freshness_samples.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace pgwatch::health {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;

constexpr std::chrono::year_month kNovember = std::chrono::year{2023} / 11;
constexpr std::initializer_list<unsigned> kDays = {16, 17, 20, 21, 22, 24, 27, 28};

Session session(unsigned day, minutes open, minutes close) {
  const sys_days date = kNovember / std::chrono::day{day};
  return {date + open, date + close, date};
}

CalendarPtr calendar(const std::string& name, std::vector<Session> sessions) {
  const SysSeconds until = sys_days(kNovember / 29);
  return std::make_shared<const Calendar>(name, std::move(sessions), Calendar::Cover{sys_days(kNovember / 16), until},
                                          until);
}

// Only health's own tests make samples without a collector.
Collector declared(const FreshnessCheck& check, const std::vector<Told>& samples) {
  Collector collector;
  collector.name = collector_name(check);
  collector.help = "Rows.";
  collector.kind = "freshness";
  collector.prefix = "pgwatch_freshness";
  collector.source = std::vector<Sql>{{.text = "SELECT 1"}};
  for (const Told& one : samples) {
    const auto is_it = [&](const Column& column) { return column.name == one.name; };
    if (std::ranges::none_of(collector.columns, is_it)) collector.columns.push_back(gauge(one.name, "About rows."));
  }
  collector.emit = [check, samples](const Rows&, Sink& sink) {
    for (const Told& one : samples) {
      std::vector<Label> labels = {{"check", check.name}};
      for (const auto& [name, value] : one.labels) labels.push_back({name, value});
      sink.sample("pgwatch_freshness_" + one.name, labels, one.value);
    }
  };
  return collector;
}

}  // namespace

FreshnessCheck bars() {
  FreshnessCheck check;
  check.name = "bars";
  check.table = "public.bars";
  check.age = {.warning = 120, .critical = 600};
  return check;
}

double utc(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  if (std::sscanf(text.c_str(), "%d-%u-%u %d:%d", &year, &month, &day, &hour, &minute) != 5)
    throw std::invalid_argument("no time: " + text);
  const SysSeconds at = sys_days(std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)) +
                        hours{hour} + minutes{minute};
  return static_cast<double>(at.time_since_epoch().count());
}

CalendarPtr new_york() {
  std::vector<Session> sessions;
  for (const unsigned day : kDays)
    sessions.push_back(session(day, hours{14} + minutes{30}, day == 24 ? hours{18} : hours{21}));
  return calendar("xnys", std::move(sessions));
}

CalendarPtr tokyo() {
  std::vector<Session> sessions;
  for (const unsigned day : kDays) sessions.push_back(session(day, hours{0}, hours{6}));
  return calendar("xtks", std::move(sessions));
}

Answered answered(const FreshnessCheck& check, const std::vector<Told>& samples) {
  return answered(declared(check, samples), std::vector<test::Row>{{}});
}

Answered not_answered(const FreshnessCheck& check, Outcome outcome, const std::string& reason,
                      const std::string& detail) {
  return not_answered(declared(check, {}), outcome, reason, detail);
}

Examination examination(const FreshnessCheck& check, double now) {
  Examination server;
  server.now = now;
  server.patterns = {"up", check.name};
  server.target.freshness = {std::make_shared<const FreshnessCheck>(check)};
  server.target.instruments = {std::make_shared<const Instrument>(declared(check, {}))};
  return server;
}

std::vector<std::string> said(const FreshnessCheck& check, const std::vector<Told>& samples, double now) {
  Examination server = examination(check, now);
  server.answers = {answered(check, samples)};
  return told(server.of(check.name));
}

}  // namespace pgwatch::health
