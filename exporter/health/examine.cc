#include "exporter/health/examine.h"

#include <algorithm>
#include <iterator>

#include "exporter/health/wording.h"

namespace pgwatch::health {
namespace {

// Why a collector is left alone whose statement the server refused (exporter/engine/desk.cc).
constexpr const char* kPermission = "permission";

// A server that hangs may be the one whose patience ends first: its statement_timeout, its lock_timeout.
constexpr const char* kCancelled = "57014";
constexpr const char* kLocked = "55P03";

std::string timed_out_after(std::chrono::nanoseconds time) {
  return "timed out after " + worded(std::chrono::duration<double>(time).count(), Unit::kSeconds);
}

// One server's examination.
class Examiner {
 public:
  Examiner(const Target& target, const TargetStatus& status, const Snapshot& snapshot, double now)
      : target_(target), status_(status), snapshot_(snapshot), now_(now) {}

  // By `up`, or else by each check; only the first says at length why.
  void down_is_told() { down_is_told_ = true; }

  bool is_answered(const Check& check) const { return find_answers(check).front() != nullptr; }

  void judge(const Check& check, std::vector<Verdict>& verdicts) {
    for (const Answered* answered : find_answers(check)) judge(check, answered, verdicts);
    why_is_told_ = true;
  }

 private:
  void judge(const Check& check, const Answered* answered, std::vector<Verdict>& verdicts) {
    const CheckSetting setting = setting_of(target_.checks, check.info);
    const std::string database = answered ? answered->latest->database : "";
    for (Finding& finding : findings(check, setting.threshold, answered))
      verdicts.push_back({.server = target_.name,
                          .check = check.info.name,
                          .collector = check.collector,
                          .subject = subject_in(database, std::move(finding.subject)),
                          .status = finding.status,
                          .summary = std::move(finding.summary),
                          .value = finding.value,
                          .unit = check.info.unit,
                          .threshold = setting.threshold,
                          .duration = answered ? answered->latest->duration : waited()});
  }

  static std::string subject_in(const std::string& database, std::string subject) {
    if (database.empty()) return subject;
    return subject.empty() ? database : database + "/" + subject;
  }

  std::chrono::nanoseconds waited() const { return snapshot_.answered_at - snapshot_.asked_at; }

  // One, or one of each database; null where there is none.
  std::vector<const Answered*> find_answers(const Check& check) const {
    const std::string& server = check.of_host ? kHost : target_.name;
    std::vector<const Answered*> found;
    for (const Answered& one : snapshot_.answers)
      if (!check.collector.empty() && one.latest->server == server && one.latest->collector == check.collector)
        found.push_back(&one);
    if (found.empty()) found.push_back(nullptr);
    return found;
  }

  std::vector<Finding> findings(const Check& check, const Threshold& threshold, const Answered* answered) const {
    const std::string why = check.inactive ? check.inactive(now_) : "";
    if (!why.empty()) return inactive(check, answered, why);
    if (check.collector.empty() && (status_.up || check.info.name == kUpCheck))
      return check.judge({target_, status_, nullptr, now_}, threshold);
    const bool has_answer = answered && answered->served && answered->served->outcome == Outcome::kOk;
    if (has_answer && (status_.up || check.where_collected)) return judged(check, threshold, *answered);
    if (!status_.up) return {not_there()};
    if (answered == nullptr && check.of_host) return {{Status::kCritical, timed_out_after(waited())}};
    if (answered == nullptr) return {nobody_asks(check)};
    return {not_answered(check, *answered->latest)};
  }

  std::vector<Finding> judged(const Check& check, const Threshold& threshold, const Answered& answered) const {
    return check.judge({target_, status_, answered.served.get(), now_}, threshold);
  }

  // What is measured is told all the same.
  std::vector<Finding> inactive(const Check& check, const Answered* answered, const std::string& why) const {
    std::vector<Finding> all;
    if (answered && answered->served && answered->served->outcome == Outcome::kOk) all = judged(check, {}, *answered);
    std::erase_if(all, [](const Finding& finding) { return !finding.value; });
    for (Finding& finding : all) {
      finding.status = Status::kInactive;
      finding.summary = why;
    }
    if (all.empty()) all = {{Status::kInactive, why}};
    return all;
  }

  static Finding nobody_asks(const Check& check) {
    if (check.where_collected) return {Status::kUnknown, "not asked yet"};
    return {Status::kSkipped, "collector " + check.collector + " is off for this server"};
  }

  Finding not_there() const {
    if (down_is_told_) return {Status::kSkipped, "the server is down"};
    const std::string detail = why_is_told_ || status_.detail.empty() ? "" : ": " + status_.detail;
    return {Status::kCritical, "the server is down, " + status_.reason + detail};
  }

  Finding not_answered(const Check& check, const Block& block) const {
    if (block.outcome == Outcome::kOk) {
      const std::chrono::duration<double> age = snapshot_.answered_at - block.answered_at;
      return {Status::kUnknown,
              "the last answer is of " + worded(age.count(), Unit::kSeconds) + " ago, and none came since"};
    }
    // What the machine has not, or shows only to others, is no fault of what it runs.
    if (check.of_host && (block.reason == kForbidden || block.reason == kAbsent))
      return {Status::kSkipped, "nothing to ask here, " + block.reason + ": " + block.detail};
    if (block.reason == kPermission)
      return {Status::kUnknown, "collector " + block.collector + " may not look: " + block.detail};
    const bool is_for_others = block.reason == "role" || block.reason == "version";
    if (block.outcome == Outcome::kSkipped)
      return {(check.where_collected || check.of_host) && !is_for_others ? Status::kUnknown : Status::kSkipped,
              "nothing to ask here, " + block.reason + ": " + block.detail};
    if (block.reason == kTimeout) return {Status::kCritical, timed_out_after(waited())};
    if (block.reason == kCancelled || block.reason == kLocked)
      return {Status::kCritical, timed_out_after(block.duration) + ": " + block.detail};
    return {Status::kUnknown, "collector " + block.collector + " failed, " + block.reason + ": " + block.detail};
  }

  const Target& target_;
  const TargetStatus& status_;
  const Snapshot& snapshot_;
  double now_;
  bool down_is_told_ = false;
  bool why_is_told_ = false;
};

// The same of the machine, in the snapshot that it was asked for: it has the host's answers, or tells of its silence.
std::vector<Verdict> examine_host(const Snapshot& snapshot, std::span<const Check> checks, const Selection& selection,
                                  double now) {
  std::vector<Verdict> verdicts;
  const auto is_host = [](const auto& name) { return name == kHost; };
  const bool is_silent = std::ranges::any_of(snapshot.targets, is_host, &TargetStatus::server);
  for (const Check& check : checks) {
    if (!is_wanted(check, selection)) continue;
    Target host;
    host.name = check.server;
    const TargetStatus status{
        .server = kHost, .labels = "", .up = true, .reason = "", .detail = "", .address = "", .facts = nullptr};
    Examiner examiner(host, status, snapshot, now);
    if (is_silent || examiner.is_answered(check)) examiner.judge(check, verdicts);
  }
  return verdicts;
}

}  // namespace

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
  std::ranges::move(examine_host(snapshot, checks, selection, now), std::back_inserter(verdicts));
  return verdicts;
}

}  // namespace pgwatch::health
