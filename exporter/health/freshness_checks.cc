// Freshness: whether the rows of a table are as new, as many and as good as they are to be.
#include <algorithm>
#include <chrono>
#include <set>

#include "exporter/health/catalogue.h"
#include "exporter/health/freshness_age.h"
#include "exporter/health/wording.h"

namespace pgwatch::health {
namespace {

std::string counted(double count, const std::string& one, const std::string& more) {
  return worded(count, Unit::kNone) + " " + (count == 1 ? one : more);
}

std::string rows(double count) { return counted(count, "row", "rows"); }

std::string to_text(std::chrono::year_month_day date) {
  const auto two = [](unsigned number) { return (number < 10 ? "-0" : "-") + std::to_string(number); };
  return std::to_string(int{date.year()}) + two(unsigned{date.month()}) + two(unsigned{date.day()});
}

// " (critical below 1)" for what has fallen below a limit.
std::string below(double value, const Threshold& least) {
  if (least.critical && value < *least.critical)
    return " (critical below " + worded(*least.critical, Unit::kNone) + ")";
  if (least.warning && value < *least.warning) return " (warning below " + worded(*least.warning, Unit::kNone) + ")";
  return "";
}

Status status_of(FreshnessCheck::OnEmpty on_empty) {
  switch (on_empty) {
    case FreshnessCheck::OnEmpty::kOk: return Status::kOk;
    case FreshnessCheck::OnEmpty::kWarning: return Status::kWarning;
    case FreshnessCheck::OnEmpty::kCritical: return Status::kCritical;
  }
  return Status::kCritical;
}

// One check's judgement of one answer.
class FreshnessJudge {
 public:
  FreshnessJudge(const FreshnessCheck& check, const Evidence& evidence, const Threshold& age)
      : check_(check), evidence_(evidence), age_(age) {}

  std::vector<Finding> findings() {
    if (!is_covered(check_, evidence_.now))
      return {
          {Status::kUnknown, "calendar " + check_.calendar->name() + " knows nothing of this day; give it another"}};
    judge_ages();
    judge_groups();
    judge_window();
    judge_gaps();
    judge_late();
    judge_rules();
    judge_future();
    if (check_.severity_cap == FreshnessCheck::Cap::kWarning)
      for (Finding& finding : findings_) finding.status = std::min(finding.status, Status::kWarning);
    return std::move(findings_);
  }

 private:
  std::vector<Reading> readings(const std::string& what) const {
    return evidence_.readings("pgwatch_freshness_" + what);
  }
  std::optional<double> value(const std::string& what) const { return evidence_.value("pgwatch_freshness_" + what); }

  // What is well needs no words beside the age.
  void add(Status status, const std::string& summary) {
    if (status != Status::kOk) findings_.push_back({status, summary});
  }

  // -- Ages -----------------------------------------------------------------------------------------------------------

  void judge_ages() {
    for (const Reading& last : readings("last_timestamp_seconds"))
      findings_.push_back(judge_newest(last.value, last.label("group")));
    for (const Reading& missing : readings("group_missing")) findings_.push_back(judge_nothing(missing.label("group")));
    if (findings_.empty()) findings_.push_back(judge_nothing(""));
  }

  bool is_market_time() const {
    return check_.clock == FreshnessCheck::Clock::kMarket && !check_.calendar->is_always_open();
  }

  Finding judge_newest(double last, const std::string& group) const {
    const double age = age_of(check_, last, evidence_.now);
    Finding finding{compare(age, age_),
                    "newest row is " + worded(age, Unit::kSeconds) + " old" +
                        (is_market_time() ? " in market time" : "") + beyond(age, age_, Unit::kSeconds),
                    age, group};
    const auto due = check_.completed_session ? due_session(check_, evidence_.now) : std::nullopt;
    if (!due) return finding;
    const bool is_there = last >= due->rows_from;
    if (!is_there) finding.status = Status::kCritical;
    finding.summary = (is_there ? "has rows" : "has no row") + std::string(" of the session of ") + to_text(due->date) +
                      "; " + finding.summary;
    return finding;
  }

  // What was looked at holds no row: of all, or of a group that is to be there.
  Finding judge_nothing(const std::string& group) const {
    const Status status = status_of(check_.on_empty);
    const auto since = value("searched_since_timestamp_seconds");
    if (!since) return {status, "no rows", {}, group};
    const double age = age_of(check_, *since, evidence_.now);
    const std::string text = "no row for at least " + worded(age, Unit::kSeconds) +
                             (is_market_time() ? " of market time" : "") + beyond(age, age_, Unit::kSeconds);
    return {status == Status::kOk ? status : std::max(status, compare(age, age_)), text, age, group};
  }

  // -- Groups ---------------------------------------------------------------------------------------------------------

  void judge_groups() {
    if (const double dropped = value("groups_dropped").value_or(0); dropped > 0)
      add(Status::kWarning, counted(dropped, "group is", "groups are") + " not watched; there is room for " +
                                std::to_string(check_.groups ? check_.groups->most : 0) + ", raise group_by.max");
    const double missing = value("groups_missing").value_or(0);
    const double unnamed = missing - static_cast<double>(readings("group_missing").size());
    if (unnamed > 0)
      add(status_of(check_.on_empty),
          counted(unnamed, "more expected group has", "more expected groups have") + " no rows");
  }

  // -- What else is looked at -----------------------------------------------------------------------------------------

  void judge_window() {
    const auto found = value("rows_in_window");
    if (!found || !check_.window) return;
    const auto& [period, least, most] = *check_.window;
    const std::string text = rows(*found) + " within " + worded(static_cast<double>(period.count()), Unit::kSeconds);
    add(compare_below(*found, least), text + below(*found, least));
    add(compare(*found, most), text + beyond(*found, most, Unit::kNone));
  }

  void judge_gaps() {
    const auto missing = value("missing_intervals");
    if (!missing || !check_.gaps) return;
    const auto& [step, window, most] = *check_.gaps;
    add(compare(*missing, most), counted(*missing, "step", "steps") + " of " +
                                     worded(static_cast<double>(step.count()), Unit::kSeconds) + " without a row" +
                                     beyond(*missing, most, Unit::kNone));
  }

  void judge_late() {
    const auto worst = value("worst_delay_seconds");
    if (!worst || !check_.late) return;
    const Threshold& most = check_.late->max_delay;
    const double late = value("late_rows").value_or(0);
    add(compare(*worst, most), (late > 0 ? rows(late) + " came late, the latest of them " : "a row came ") +
                                   worded(*worst, Unit::kSeconds) + " after the event" +
                                   beyond(*worst, most, Unit::kSeconds));
  }

  void judge_rules() {
    if (!check_.validity) return;
    const Threshold& most = check_.validity->max_violations;
    for (const Reading& violations : readings("violations"))
      add(compare(violations.value, most), rows(violations.value) + " not valid by rule " + violations.label("rule") +
                                               beyond(violations.value, most, Unit::kNone));
  }

  void judge_future() {
    const double future = value("future_rows").value_or(0);
    if (future <= 0) return;
    const std::string limit = worded(static_cast<double>(check_.max_future.count()), Unit::kSeconds);
    add(Status::kWarning, rows(future) + " from the future, more than " + limit + " ahead");
  }

  const FreshnessCheck& check_;
  const Evidence& evidence_;
  const Threshold& age_;
  std::vector<Finding> findings_;
};

Check check_of(const FreshnessCheckPtr& check) {
  return {.info = check_info(*check),
          .collector = collector_name(*check),
          .judge = [check](const Evidence& evidence,
                           const Threshold& age) { return FreshnessJudge(*check, evidence, age).findings(); },
          .where_collected = true,
          .inactive = [check](double now) { return why_inactive(*check, now); }};
}

}  // namespace

std::vector<Check> freshness_checks(const World& world) {
  std::vector<Check> checks;
  std::set<std::string> names;
  for (const TargetPtr& target : world.targets)
    for (const FreshnessCheckPtr& check : target->freshness)
      if (names.insert(check->name).second) checks.push_back(check_of(check));
  return checks;
}

}  // namespace pgwatch::health
