#include "exporter/health/examine.h"

#include <algorithm>
#include <set>

#include "exporter/health/wording.h"

namespace pgwatch::health {
namespace {

bool is_wanted(const Target& target, const Check& check, const Selection& selection) {
  return setting_of(target.checks, check.info).enabled && selection.takes(target.name, check.info.name);
}

// One server's examination.
class Examiner {
 public:
  Examiner(const Target& target, const TargetStatus& status, const Snapshot& snapshot, double now)
      : target_(target), status_(status), snapshot_(snapshot), now_(now) {}

  // Where the server is down and nobody says so yet, each check must.
  void down_is_told() { down_is_told_ = true; }

  void judge(const Check& check, std::vector<Verdict>& verdicts) const {
    const CheckSetting setting = setting_of(target_.checks, check.info);
    const Answered* answered = find_answer(check.collector);
    for (Finding& finding : findings(check, setting.threshold, answered))
      verdicts.push_back({.server = target_.name,
                          .check = check.info.name,
                          .collector = check.collector,
                          .subject = std::move(finding.subject),
                          .status = finding.status,
                          .summary = std::move(finding.summary),
                          .value = finding.value,
                          .unit = check.info.unit,
                          .threshold = setting.threshold,
                          .duration = answered ? answered->latest->duration : waited()});
  }

 private:
  std::chrono::nanoseconds waited() const { return snapshot_.answered_at - snapshot_.asked_at; }

  const Answered* find_answer(const std::string& collector) const {
    if (collector.empty()) return nullptr;
    for (const Answered& one : snapshot_.answers)
      if (one.latest->server == target_.name && one.latest->collector == collector) return &one;
    return nullptr;
  }

  std::vector<Finding> findings(const Check& check, const Threshold& threshold, const Answered* answered) const {
    if (check.collector.empty() && (status_.up || check.info.name == kUpCheck))
      return check.judge({target_, status_, nullptr, now_}, threshold);
    if (!status_.up) return {not_there()};
    if (answered == nullptr) return {{Status::kSkipped, "collector " + check.collector + " is off for this server"}};
    if (answered->served && answered->served->outcome == Outcome::kOk)
      return check.judge({target_, status_, answered->served.get(), now_}, threshold);
    return {not_answered(*answered->latest)};
  }

  Finding not_there() const {
    if (down_is_told_) return {Status::kSkipped, "the server is down"};
    return {Status::kCritical, "the server is down, " + status_.reason + ": " + status_.detail};
  }

  Finding not_answered(const Block& block) const {
    if (block.outcome == Outcome::kSkipped)
      return {Status::kSkipped, "nothing to ask here, " + block.reason + ": " + block.detail};
    if (block.reason == kTimeout)
      return {Status::kCritical,
              "timed out after " + worded(std::chrono::duration<double>(waited()).count(), Unit::kSeconds)};
    return {Status::kUnknown, "collector " + block.collector + " failed, " + block.reason + ": " + block.detail};
  }

  const Target& target_;
  const TargetStatus& status_;
  const Snapshot& snapshot_;
  double now_;
  bool down_is_told_ = false;
};

}  // namespace

bool Selection::takes(std::string_view server, std::string_view check) const {
  if (patterns_.empty()) return true;
  const std::string full = std::string(server) + "/" + std::string(check);
  return std::ranges::any_of(patterns_, [&](const std::string& pattern) {
    return matches(pattern, pattern.find('/') == std::string::npos ? check : std::string_view(full));
  });
}

std::vector<std::string> Selection::idle(const World& world, std::span<const Check> checks) const {
  std::vector<std::string> idle;
  for (const std::string& pattern : patterns_)
    if (targets_for(world, checks, Selection({pattern})).empty()) idle.push_back(pattern);
  return idle;
}

std::vector<std::string> collectors_for(const World& world, std::span<const Check> checks, const Selection& selection) {
  std::set<std::string> names;
  for (const TargetPtr& target : world.targets)
    for (const Check& check : checks)
      if (!check.collector.empty() && is_wanted(*target, check, selection)) names.insert(check.collector);
  return {names.begin(), names.end()};
}

std::vector<std::string> targets_for(const World& world, std::span<const Check> checks, const Selection& selection) {
  std::vector<std::string> names;
  for (const TargetPtr& target : world.targets)
    if (std::ranges::any_of(checks, [&](const Check& check) { return is_wanted(*target, check, selection); }))
      names.push_back(target->name);
  return names;
}

std::vector<Verdict> examine(const World& world, const Snapshot& snapshot, std::span<const Check> checks,
                             const Selection& selection, double now) {
  std::vector<Verdict> verdicts;
  for (const TargetPtr& target : world.targets) {
    const auto status = std::ranges::find(snapshot.targets, target->name, &TargetStatus::server);
    if (status == snapshot.targets.end()) continue;
    Examiner examiner(*target, *status, snapshot, now);
    for (const Check& check : checks) {
      if (!is_wanted(*target, check, selection)) continue;
      examiner.judge(check, verdicts);
      if (check.info.name == kUpCheck) examiner.down_is_told();
    }
  }
  return verdicts;
}

}  // namespace pgwatch::health
