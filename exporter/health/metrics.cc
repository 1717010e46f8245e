#include "exporter/health/metrics.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "exporter/health/catalogue.h"

namespace pgwatch::health {
namespace {

enum class Told : std::size_t { kThreshold, kStatus, kCheckStatus, kDuration, kTimestamp };

std::vector<OwnMetric> declare() {
  const auto gauge = [](const char* name, std::vector<std::string> labels, const char* help) {
    return OwnMetric{{name, help, Kind::kGauge}, std::move(labels)};
  };
  return {
      gauge("pgwatch_threshold", {"server", "check", "severity"},
            "From which value on the check is of this severity, in seconds, bytes or as its metric counts; up to which "
            "where low is bad."),
      gauge("pgwatch_once_status", {},
            "Outcome of the probe: 0 ok, 1 warning, 2 critical, 3 unknown. Of --once alone."),
      gauge(
          "pgwatch_once_check_status", {"server", "check"},
          "The gravest verdict of the check: 0 ok, 1 warning, 2 critical, 3 unknown; absent where there was nothing to "
          "judge. Of --once alone."),
      gauge("pgwatch_once_duration_seconds", {}, "How long the probe took. Of --once alone."),
      gauge("pgwatch_once_timestamp_seconds", {}, "When the probe began, as a Unix time. Of --once alone."),
  };
}

MetricPtr metric(Told told) {
  return std::make_shared<const Metric>(declare().at(static_cast<std::size_t>(told)).metric);
}

// As monitoring plugins count.
int code(Status status) {
  switch (status) {
    case Status::kWarning: return 1;
    case Status::kCritical: return 2;
    case Status::kUnknown: return 3;
    default: return 0;
  }
}

std::map<std::pair<std::string, std::string>, Status> gravest(std::span<const Verdict> verdicts) {
  std::map<std::pair<std::string, std::string>, Status> all;
  for (const Verdict& verdict : verdicts) {
    if (verdict.status == Status::kInactive || verdict.status == Status::kSkipped) continue;
    Status& status = all[{verdict.server, verdict.check}];
    status = std::max(status, verdict.status);
  }
  return all;
}

void say_threshold(const MetricPtr& metric, const std::string& whose, const CheckInfo& check, Sink& sink) {
  const auto say = [&](const char* severity, const std::optional<double>& value) {
    std::string labels = whose;
    append_label(labels, "check", check.name);
    append_label(labels, "severity", severity);
    if (value) sink.sample(metric, sink.label_text(labels), *value);
  };
  say("warning", check.threshold.warning);
  say("critical", check.threshold.critical);
}

std::string label_text_of(const Backup& backup) {
  std::string labels;
  for (const auto& [name, value] : backup.labels) append_label(labels, name, value);
  return labels;
}

double unix_time(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

}  // namespace

BlockPtr thresholds_of(const World& world, std::span<const CheckInfo> checks) {
  const MetricPtr threshold = metric(Told::kThreshold);
  Sink sink;
  for (const TargetPtr& target : world.targets) {
    std::vector<CheckInfo> its_checks(checks.begin(), checks.end());
    for (const FreshnessCheckPtr& check : target->freshness) its_checks.push_back(check_info(*check));
    for (const InstrumentPtr& one : target->instruments)
      for (const ColumnCheck& check : column_checks(one->collector())) its_checks.push_back(check.info);
    for (const CheckInfo& check : its_checks) {
      const CheckSetting setting = setting_of(target->checks, check);
      if (!setting.enabled) continue;
      say_threshold(threshold, target->label_text(), {check.name, "", check.unit, setting.threshold}, sink);
    }
  }
  for (const BackupPtr& backup : world.backups)
    for (const Check& check : backup_checks({&backup, 1}))
      say_threshold(threshold, label_text_of(*backup), check.info, sink);
  return own_block(sink);
}

BlockPtr samples_of(const Result& result) {
  Sink sink;
  const std::uint32_t none = sink.label_text("");
  sink.sample(metric(Told::kStatus), none, code(result.status()));
  sink.sample(metric(Told::kDuration), none, std::chrono::duration<double>(result.took).count());
  sink.sample(metric(Told::kTimestamp), none, unix_time(result.started));
  const MetricPtr check_status = metric(Told::kCheckStatus);
  for (const auto& [key, status] : gravest(result.verdicts)) {
    const std::array labels = {Label{"server", key.first}, Label{"check", key.second}};
    sink.sample(check_status, sink.labels(labels), code(status));
  }
  return own_block(sink);
}

std::vector<OwnMetric> health_metrics() { return declare(); }

}  // namespace pgwatch::health
