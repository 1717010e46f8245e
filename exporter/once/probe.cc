#include "exporter/once/probe.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "exporter/model/failure.h"
#include "exporter/util/clock.h"

namespace pgwatch::once {

using health::Status;
using std::chrono::milliseconds;

namespace {

// The engine gives up at the deadline; this is its time to say so.
constexpr milliseconds kGrace{100};
// Enough for a healthy standby to replay what it has just received.
constexpr milliseconds kBetweenLooks{300};

constexpr const char* kInterrupted = "interrupted before it answered";

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
  std::erase_if(world.host_instruments, [&](const InstrumentPtr& one) {
    return !is_among(one->name(), collectors) || !is_among(health::kHost, servers);
  });
  return std::make_shared<const World>(std::move(world));
}

// By one look at what moves. A server that is down or silent says nothing else a moment later.
bool is_accusation(const health::Verdict& verdict) {
  return verdict.status == Status::kUnknown || (verdict.value && verdict.status >= Status::kWarning);
}

// Where no check was made, a reader of the result must not have to guess why.
std::string why_none_was_made(const std::vector<health::Verdict>& verdicts) {
  if (verdicts.empty()) return "every check is turned off, by `checks` in the configuration";
  std::set<std::string> reasons;
  for (const health::Verdict& verdict : verdicts) reasons.insert(verdict.summary);
  std::string all;
  for (const std::string& reason : reasons) all += (all.empty() ? "" : "; ") + reason;
  return "every check was skipped: " + all;
}

std::ptrdiff_t failures_in(const Snapshot& snapshot) {
  return std::ranges::count_if(snapshot.targets, [](const TargetStatus& one) { return !one.up; }) +
         std::ranges::count_if(snapshot.answers,
                               [](const Answered& one) { return one.latest->outcome == Outcome::kFailed; });
}

void tell_of_interruption(Snapshot& snapshot) {
  for (TargetStatus& status : snapshot.targets)
    if (!status.up && status.reason == kTimeout) status.detail = kInterrupted;
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
    : checks_(health::checks_for(world)),
      options_(options),
      selection_(options.checks),
      complaints_(selection_.complaints(world, checks_)),
      targets_(health::targets_for(world, checks_, selection_)),
      awaited_(health::collectors_for(world, checks_, selection_)),
      world_(narrowed(world, targets_, awaited_, options)),
      collected_(std::make_shared<Collected>()),
      telemetry_(version),
      engine_(targets_.empty() ? nullptr : std::make_unique<Engine>(world_, telemetry_)) {}

Examination Probe::run(SteadyTime deadline) {
  ask(targets_, deadline);
  wait(deadline + kGrace);
  look_again(deadline);
  const std::lock_guard lock(collected_->mutex);
  Examination examination{.verdicts = judge(), .errors = complaints_, .snapshots = {}};
  if (examination.errors.empty() && std::ranges::none_of(examination.verdicts, health::looked))
    examination.errors.push_back(why_none_was_made(examination.verdicts));
  for (const auto& [server, snapshot] : collected_->snapshots) examination.snapshots.push_back(snapshot);
  return examination;
}

// An interruption leaves the engine the same time to say what it has.
void Probe::wait(SteadyTime deadline) {
  std::unique_lock lock(collected_->mutex);
  const auto all_are_here = [this] { return collected_->snapshots.size() == targets_.size(); };
  collected_->changed.wait_until(lock, deadline, [&] { return collected_->interrupted || all_are_here(); });
  if (!collected_->interrupted || all_are_here()) return;
  engine_->hasten();
  const SteadyTime grace = std::chrono::steady_clock::now() + kGrace;
  collected_->changed.wait_until(lock, std::min(deadline, grace), all_are_here);
}

// What compares two looks has had one. Where the second brings less, the first counts.
void Probe::look_again(SteadyTime deadline) {
  std::unique_lock lock(collected_->mutex);
  const std::vector<std::string> accused = accused_at_first_look();
  const SteadyTime next = std::chrono::steady_clock::now() + kBetweenLooks;
  if (accused.empty() || next > deadline) return;
  if (collected_->changed.wait_until(lock, next, [this] { return collected_->interrupted; })) return;
  std::map<std::string, Snapshot> first;
  for (const std::string& server : accused) first.insert(collected_->snapshots.extract(server));
  lock.unlock();
  ask(accused, deadline);
  wait(deadline + kGrace);
  lock.lock();
  for (auto& [server, snapshot] : first) {
    const auto second = collected_->snapshots.find(server);
    if (second == collected_->snapshots.end() || failures_in(second->second) > failures_in(snapshot))
      collected_->snapshots.insert_or_assign(server, std::move(snapshot));
  }
}

std::vector<std::string> Probe::accused_at_first_look() const {
  std::set<std::string> servers;
  for (const health::Verdict& verdict : judge())
    for (const health::Check& check : checks_)
      if (check.compares && check.info.name == verdict.check && is_accusation(verdict)) servers.insert(verdict.server);
  return {servers.begin(), servers.end()};
}

void Probe::ask(const std::vector<std::string>& servers, SteadyTime deadline) {
  for (const std::string& server : servers) {
    engine_->ask({.collectors = {}, .targets = {server}, .awaited = awaited_, .deadline = deadline},
                 [collected = collected_, server](Snapshot snapshot) {
                   const std::lock_guard lock(collected->mutex);
                   if (collected->interrupted) tell_of_interruption(snapshot);
                   collected->snapshots.emplace(server, std::move(snapshot));
                   collected->changed.notify_all();
                 });
  }
}

std::vector<health::Verdict> Probe::judge() const {
  std::vector<health::Verdict> all;
  for (const std::string& server : targets_) {
    const auto found = collected_->snapshots.find(server);
    const Snapshot snapshot = found == collected_->snapshots.end() ? silence(server) : found->second;
    const auto verdicts = health::examine(*world_, snapshot, checks_, selection_, unix_time());
    all.insert(all.end(), verdicts.begin(), verdicts.end());
  }
  return all;
}

// Of a server that not even the engine has spoken of.
Snapshot Probe::silence(const std::string& server) const {
  TargetStatus status;
  status.server = server;
  status.reason = kTimeout;
  status.detail = collected_->interrupted ? kInterrupted : "no answer by the deadline";
  Snapshot snapshot;
  snapshot.targets = {status};
  snapshot.asked_at = began_;
  snapshot.answered_at = std::chrono::steady_clock::now();
  return snapshot;
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
