#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "exporter/health/catalogue.h"
#include "exporter/health/examine.h"
#include "exporter/health/freshness.h"
#include "exporter/health/freshness_age.h"
#include "exporter/health/wording.h"

namespace pgwatch::health {
namespace {

enum class FreshnessTold : std::size_t { kAge, kStatus, kActive, kStale, kSuccess, kDuration, kLastRun, kValidUntil };

std::vector<OwnMetric> declare_freshness() {
  const auto gauge = [](const char* name, std::vector<std::string> labels, const char* help) {
    return OwnMetric{{"pgwatch_freshness_" + std::string(name), help, Kind::kGauge}, std::move(labels)};
  };
  const std::vector<std::string> check = {"server", "check"};
  const std::vector<std::string> group = {"server", "check", "group"};
  return {
      gauge("age_seconds", group, "Age of the newest row by the check's clock; a lower limit where none was found."),
      gauge("status", group,
            "0 ok, 1 warning, 2 critical, 3 unknown, 4 inactive: of the whole check, and of each of its groups."),
      gauge("active", check, "Whether rows are expected now, by the check's calendar."),
      gauge("groups_stale", check, "Groups that are not well, those missing included."),
      gauge("check_success", check, "Whether the check's last question was answered."),
      gauge("check_duration_seconds", check, "Time until the check's last answer was complete."),
      gauge("check_last_run_timestamp_seconds", check, "When the check was last asked, as a Unix time."),
      gauge("calendar_valid_until_timestamp_seconds", {"calendar"},
            "Until when the calendar's holidays are known, as a Unix time."),
  };
}

MetricPtr freshness_metric(FreshnessTold told) {
  return std::make_shared<const Metric>(declare_freshness().at(static_cast<std::size_t>(told)).metric);
}

double freshness_code(Status status) {
  switch (status) {
    case Status::kOk: return 0;
    case Status::kWarning: return 1;
    case Status::kCritical: return 2;
    case Status::kInactive: return 4;
    default: return 3;
  }
}

// The page of one Snapshot.
class Writer {
 public:
  explicit Writer(const Snapshot& snapshot, double now) : snapshot_(snapshot), now_(now) {}

  bool is_asked_for(const FreshnessCheck& check) const {
    const auto& collectors = snapshot_.collectors;
    return collectors.empty() || std::ranges::find(collectors, collector_name(check)) != collectors.end();
  }

  void say(const Target& target, const FreshnessCheck& check, const std::vector<Verdict>& verdicts) {
    labels_ = target.label_text();
    append_label(labels_, "check", check.name);
    sample(active_, why_inactive(check, now_).empty() ? 1 : 0);
    say_asking(target, check);
    sample(status_, freshness_code(std::ranges::max_element(verdicts, {}, &Verdict::status)->status));
    std::vector<Verdict> groups = verdicts;
    std::erase_if(groups, [](const Verdict& verdict) { return verdict.subject.empty(); });
    for (const Verdict& verdict : verdicts)
      if (verdict.subject.empty() && verdict.value) sample(age_, *verdict.value);
    if (check.groups) say_groups(*check.groups, std::move(groups));
  }

  BlockPtr block() { return own_block(sink_); }

 private:
  // The gravest first, and of these the oldest: those behind may be left out.
  void say_groups(const FreshnessCheck::Groups& groups, std::vector<Verdict> verdicts) {
    const auto is_stale = [](const Verdict& verdict) { return verdict.status >= Status::kWarning; };
    sample(stale_, static_cast<double>(std::ranges::count_if(verdicts, is_stale)));
    std::ranges::stable_sort(verdicts, std::greater<>(),
                             [](const Verdict& verdict) { return std::pair(verdict.status, verdict.value); });
    const auto shown = static_cast<std::size_t>(groups.worst.value_or(groups.most));
    verdicts.resize(std::min(verdicts.size(), shown));
    for (const Verdict& verdict : verdicts) {
      sample(status_, freshness_code(verdict.status), verdict.subject);
      if (verdict.value) sample(age_, *verdict.value, verdict.subject);
    }
  }

  void sample(const MetricPtr& metric, double value, const std::string& group = "") {
    std::string labels = labels_;
    if (!group.empty()) append_label(labels, "group", group);
    sink_.sample(metric, sink_.label_text(labels), value);
  }

  void say_asking(const Target& target, const FreshnessCheck& check) {
    for (const auto& [latest, served] : snapshot_.answers) {
      if (latest->server != target.name || latest->collector != collector_name(check)) continue;
      sample(success_, latest->outcome == Outcome::kOk ? 1 : 0);
      sample(duration_, std::chrono::duration<double>(latest->duration).count());
      const std::chrono::duration<double> ago = snapshot_.answered_at - latest->answered_at;
      sample(last_run_, now_ - ago.count());
    }
  }

  const Snapshot& snapshot_;
  const double now_;
  Sink sink_;
  std::string labels_;
  const MetricPtr age_ = freshness_metric(FreshnessTold::kAge);
  const MetricPtr status_ = freshness_metric(FreshnessTold::kStatus);
  const MetricPtr active_ = freshness_metric(FreshnessTold::kActive);
  const MetricPtr stale_ = freshness_metric(FreshnessTold::kStale);
  const MetricPtr success_ = freshness_metric(FreshnessTold::kSuccess);
  const MetricPtr duration_ = freshness_metric(FreshnessTold::kDuration);
  const MetricPtr last_run_ = freshness_metric(FreshnessTold::kLastRun);
};

// By name, each once.
std::map<std::string, CalendarPtr> calendars(const World& world) {
  std::map<std::string, CalendarPtr> found;
  for (const TargetPtr& target : world.targets)
    for (const FreshnessCheckPtr& check : target->freshness)
      if (check->calendar) found.emplace(check->calendar->name(), check->calendar);
  return found;
}

// With many servers most answers are to other questions.
Snapshot without_others(const Snapshot& snapshot, std::span<const Check> checks) {
  std::set<std::string_view> collectors;
  for (const Check& check : checks) collectors.insert(check.collector);
  Snapshot ours;
  ours.targets = snapshot.targets;
  ours.asked_at = snapshot.asked_at;
  ours.answered_at = snapshot.answered_at;
  ours.collectors = snapshot.collectors;
  std::ranges::copy_if(snapshot.answers, std::back_inserter(ours.answers),
                       [&](const Answered& one) { return collectors.contains(one.latest->collector); });
  return ours;
}

}  // namespace

// A server that is down is `up`'s to tell, here as in --once.
BlockPtr freshness_of(const World& world, const Snapshot& snapshot, double now) {
  std::vector<Check> checks = server_checks();
  std::ranges::move(freshness_checks(world), std::back_inserter(checks));
  using Key = std::pair<std::string, std::string>;
  std::map<Key, std::vector<Verdict>> verdicts;
  const Snapshot ours = without_others(snapshot, checks);
  for (Verdict& verdict : examine(world, ours, checks, Selection(), now))
    verdicts[Key(verdict.server, verdict.check)].push_back(std::move(verdict));
  Writer writer(ours, now);
  for (const TargetPtr& target : world.targets)
    for (const FreshnessCheckPtr& check : target->freshness) {
      const auto found = verdicts.find({target->name, check->name});
      if (found != verdicts.end() && writer.is_asked_for(*check)) writer.say(*target, *check, found->second);
    }
  return writer.block();
}

BlockPtr calendars_of(const World& world) {
  const MetricPtr valid_until = freshness_metric(FreshnessTold::kValidUntil);
  Sink sink;
  for (const auto& [name, calendar] : calendars(world)) {
    const Label label{"calendar", name};
    if (const auto until = calendar->valid_until())
      sink.sample(valid_until, sink.labels(std::span(&label, 1)), unix_time(*until));
  }
  return own_block(sink);
}

std::vector<std::string> calendar_complaints(const World& world, double now) {
  constexpr double kSoon = 60.0 * 86'400;
  std::vector<std::string> complaints;
  for (const auto& [name, calendar] : calendars(world)) {
    const auto until = calendar->valid_until();
    if (!until || unix_time(*until) - now >= kSoon) continue;
    const double left = unix_time(*until) - now;
    complaints.push_back(
        "the holidays of calendar " + name +
        (left > 0 ? " are known for another " + worded(left, Unit::kSeconds) + " only" : " are known no longer") +
        "; add those to come and set its valid_until");
  }
  return complaints;
}

std::vector<OwnMetric> freshness_metrics() { return declare_freshness(); }

}  // namespace pgwatch::health
