#include "exporter/once/probe.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

namespace pgwatch::once {

using std::chrono::milliseconds;

namespace {

// The engine gives up at the deadline; this is its time to say so.
constexpr milliseconds kGrace{100};

// A server has no more time than we have, to connect or to answer.
Timeouts within(Timeouts timeouts, milliseconds all) {
  for (milliseconds* one : {&timeouts.connect, &timeouts.statement, &timeouts.slow_statement})
    *one = std::min(*one, all);
  return timeouts;
}

bool is_among(const std::string& name, const std::vector<std::string>& names) {
  return std::ranges::find(names, name) != names.end();
}

// The servers that have anything to check, and of them what the checks read. A page of metrics is whole.
WorldPtr narrowed(World world, const std::vector<std::string>& servers, const std::vector<std::string>& collectors,
                  const Options& options) {
  std::erase_if(world.targets, [&](const TargetPtr& target) { return !is_among(target->name, servers); });
  for (TargetPtr& target : world.targets) {
    Target own = *target;
    own.access.timeouts = within(own.access.timeouts, options.timeout);
    std::erase_if(own.instruments, [&](const InstrumentPtr& one) {
      return options.format != Format::kPrometheus && !is_among(one->name(), collectors);
    });
    target = std::make_shared<const Target>(std::move(own));
  }
  return std::make_shared<const World>(std::move(world));
}

std::string listed(const std::vector<health::Check>& checks) {
  std::string names;
  for (const health::Check& check : checks) names += (names.empty() ? "" : ", ") + check.info.name;
  return names;
}

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

// The engine's thread adds while the probe's waits.
struct Probe::Collected {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, Snapshot> snapshots;  // by server
  bool interrupted = false;
};

Probe::Probe(const World& world, const Options& options, const std::string& version)
    : options_(options),
      selection_(options.checks),
      targets_(health::targets_for(world, checks_, selection_)),
      world_(narrowed(world, targets_, health::collectors_for(world, checks_, selection_), options)),
      collected_(std::make_shared<Collected>()),
      telemetry_(version),
      engine_(targets_.empty() ? nullptr : std::make_unique<Engine>(world_, telemetry_)) {}

Examination Probe::run(SteadyTime deadline) {
  Examination examination;
  for (const std::string& pattern : selection_.idle(*world_, checks_))
    examination.errors.push_back("no check of any server is called " + pattern + "; there are: " + listed(checks_));
  ask(deadline);
  std::unique_lock lock(collected_->mutex);
  collected_->changed.wait_until(lock, deadline + kGrace, [this] {
    return collected_->interrupted || collected_->snapshots.size() == targets_.size();
  });
  examination.verdicts = judge();
  for (const auto& [server, snapshot] : collected_->snapshots) examination.snapshots.push_back(snapshot);
  return examination;
}

void Probe::ask(SteadyTime deadline) {
  for (const std::string& server : targets_) {
    engine_->ask({.collectors = {}, .targets = {server}, .deadline = deadline},
                 [collected = collected_, server](Snapshot snapshot) {
                   const std::lock_guard lock(collected->mutex);
                   collected->snapshots.emplace(server, std::move(snapshot));
                   collected->changed.notify_all();
                 });
  }
}

std::vector<health::Verdict> Probe::judge() const {
  std::vector<health::Verdict> all;
  for (const std::string& server : targets_) {
    const auto snapshot = collected_->snapshots.find(server);
    const auto verdicts = snapshot == collected_->snapshots.end()
                              ? judge_silence(server)
                              : health::examine(*world_, snapshot->second, checks_, selection_, unix_time());
    all.insert(all.end(), verdicts.begin(), verdicts.end());
  }
  return all;
}

std::vector<health::Verdict> Probe::judge_silence(const std::string& server) const {
  const std::string why = collected_->interrupted ? "interrupted before it answered" : "no answer by the deadline";
  return {{.server = server, .check = health::kUpCheck, .status = health::Status::kCritical, .summary = why}};
}

std::function<void()> Probe::interruption() const {
  return [collected = collected_] {
    const std::lock_guard lock(collected->mutex);
    collected->interrupted = true;
    collected->changed.notify_all();
  };
}

bool Probe::stop() {
  if (!engine_) return true;
  engine_->stop();
  return !engine_->left_threads_behind();
}

}  // namespace pgwatch::once
