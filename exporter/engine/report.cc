#include "exporter/engine/report.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "exporter/engine/process.h"

namespace pgwatch {
namespace {

enum Reported : std::size_t {
  kUp,
  kDown,
  kServerInfo,
  kSuccess,
  kDuration,
  kAge,
  kSkipped,
  kScrapeDuration,
  kScrapeSuccess,
};

std::vector<OwnMetric> declare() {
  const auto gauge = [](const char* name, std::vector<std::string> labels, const char* help) {
    return OwnMetric{{name, help, Kind::kGauge}, std::move(labels)};
  };
  const std::vector<std::string> question = {"server", "datname", "collector"};
  return {
      gauge("pg_up", {"server"}, "Whether the server answered a statement of this scrape."),
      gauge("pgwatch_target_down", {"server", "reason"},
            "1 with the reason why the server did not answer; absent while up."),
      gauge("pg_server_info", {"server", "address", "version", "system_identifier"},
            "Address, version and identity of the server; always 1."),
      gauge("pgwatch_collector_success", question, "Whether the collector's last answer was good; a skipped one is."),
      gauge("pgwatch_collector_duration_seconds", question, "Time until the collector's last answer was complete."),
      gauge("pgwatch_collector_age_seconds", question, "Age of the answer that is shown."),
      gauge("pgwatch_collector_skipped", {"server", "datname", "collector", "reason"},
            "1 with the reason while the collector has nothing to ask here."),
      gauge("pg_scrape_collector_duration_seconds", {"server", "collector"},
            "The longest duration over the server's databases."),
      gauge("pg_scrape_collector_success", {"server", "collector"},
            "Whether the collector succeeded in all of the server's databases."),
  };
}

using Metrics = std::vector<MetricPtr>;

Metrics make_metrics() {
  Metrics metrics;
  for (OwnMetric& own : declare()) metrics.push_back(std::make_shared<const Metric>(std::move(own.metric)));
  return metrics;
}

double in_seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

void say_target(const Metrics& metrics, const TargetStatus& status, Sink& sink) {
  sink.sample(metrics[kUp], sink.label_text(status.labels), status.up ? 1 : 0);
  if (!status.up) {
    std::string labels = status.labels;
    append_label(labels, "reason", status.reason);
    sink.sample(metrics[kDown], sink.label_text(labels), 1);
  }
  if (!status.facts) return;
  std::string labels = status.labels;
  append_label(labels, "address", status.address);
  append_label(labels, "version", status.facts->version_text);
  append_label(labels, "system_identifier", status.facts->system_identifier);
  sink.sample(metrics[kServerInfo], sink.label_text(labels), 1);
}

// Always all three: to Prometheus a label that is empty, as server is where the host was asked, is one that is not
// there.
std::string question_labels(const Block& block) {
  std::string labels;
  append_label(labels, "server", block.server);
  append_label(labels, "datname", block.database);
  append_label(labels, "collector", block.collector);
  return labels;
}

void say_answer(const Metrics& metrics, const Answered& answered, SteadyTime now, Sink& sink) {
  const Block& latest = *answered.latest;
  const std::string spelled = question_labels(latest);
  const std::uint32_t labels = sink.label_text(spelled);
  sink.sample(metrics[kSuccess], labels, latest.outcome == Outcome::kFailed ? 0 : 1);
  sink.sample(metrics[kDuration], labels, in_seconds(latest.duration));
  if (answered.served) sink.sample(metrics[kAge], labels, in_seconds(now - answered.served->answered_at));
  if (latest.outcome == Outcome::kFailed || latest.reason.empty()) return;  // an answer may lack a part
  std::string skipped = spelled;
  append_label(skipped, "reason", latest.reason);
  sink.sample(metrics[kSkipped], sink.label_text(skipped), 1);
}

// As postgres_exporter has it: one series per collector and server, however many databases it was asked in.
void say_collectors(const Metrics& metrics, const Snapshot& snapshot, Sink& sink) {
  struct Sum {
    std::chrono::nanoseconds longest{0};
    bool success = true;
  };
  std::map<std::pair<std::string, std::string>, Sum> sums;
  for (const Answered& answered : snapshot.answers) {
    Sum& sum = sums[{answered.latest->server, answered.latest->collector}];
    sum.longest = std::max(sum.longest, answered.latest->duration);
    sum.success &= answered.latest->outcome != Outcome::kFailed;
  }
  for (const auto& [key, sum] : sums) {
    const std::array labels = {Label{"server", key.first}, Label{"collector", key.second}};
    sink.sample(metrics[kScrapeDuration], sink.labels(labels), in_seconds(sum.longest));
    sink.sample(metrics[kScrapeSuccess], sink.labels(labels), sum.success ? 1 : 0);
  }
}

}  // namespace

BlockPtr report_on(const Snapshot& snapshot) {
  static const Metrics metrics = make_metrics();
  Sink sink;
  for (const TargetStatus& status : snapshot.targets) say_target(metrics, status, sink);
  for (const Answered& answered : snapshot.answers) say_answer(metrics, answered, snapshot.answered_at, sink);
  say_collectors(metrics, snapshot, sink);
  return own_block(sink);
}

std::vector<OwnMetric> reported_metrics() {
  std::vector<OwnMetric> all = declare();
  for (const OwnMetric& own : process_metrics()) all.push_back(own);
  return all;
}

bool is_complete(const Snapshot& snapshot) {
  return std::ranges::all_of(snapshot.targets, &TargetStatus::up) &&
         std::ranges::none_of(snapshot.answers,
                              [](const Answered& one) { return one.latest->outcome == Outcome::kFailed; });
}

}  // namespace pgwatch
