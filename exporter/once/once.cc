#include "exporter/once/once.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "exporter/engine/report.h"
#include "exporter/health/freshness.h"
#include "exporter/health/wording.h"
#include "exporter/once/output.h"
#include "exporter/once/probe.h"
#include "exporter/util/clock.h"
#include "exporter/util/log.h"
#include "exporter/util/signals.h"

namespace pgwatch::once {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

namespace {

// Who has not come back by then, beyond the timeout, never will.
constexpr milliseconds kLastPatience{500};
constexpr milliseconds kLastWord{100};

std::string worded(std::chrono::duration<double> time) { return health::worded(time.count(), Unit::kSeconds); }

// A person sees the errors in the result; a file and a page of metrics hide them.
void log_errors(const health::Result& result, const Options& options) {
  if (options.output.empty() && options.format != Format::kPrometheus) return;
  for (const std::string& error : result.errors) log::error(error);
}

// Says the one result of this process and gives its exit status.
int say(health::Result result, const std::vector<BlockPtr>& told, const Options& options) {
  const int judged = exit_code(result.status(), options.exit_style);
  const bool erred = result.verdicts.empty() || !result.errors.empty();
  int status = result.exit_code = judged == 0 && erred ? error_code(options.exit_style) : judged;
  try {
    deliver(rendered(result, told, options), options);
  } catch (const std::exception& error) {
    log::error(error.what());
    status = error_code(options.exit_style);
  }
  log_errors(result, options);
  return status;
}

// Under threads that are left behind no destructor may run.
[[noreturn]] void end_at_once(int status) {
  log::flush();
  std::_Exit(status);
}

// Shared by main, which works, and two threads that outlive its patience: one hears signals, one watches the clock.
class Session {
 public:
  Session(Options options, std::string version) : options_(std::move(options)) {
    result_.started = system_clock::now();
    result_.version = std::move(version);
  }

  SteadyTime deadline() const { return began_ + options_.timeout; }

  // What to do at an interruption; at once where one has come already.
  void on_interruption(std::function<void()> act) {
    const std::lock_guard lock(mutex_);
    interrupt_ = std::move(act);
    if (interrupted_at_) interrupt_();
  }

  void interrupt() {
    const std::lock_guard lock(mutex_);
    if (!interrupted_at_) interrupted_at_ = steady_clock::now();
    changed_.notify_all();
    if (interrupt_) interrupt_();
  }

  // Main's.
  int finish(health::Result found, const std::vector<BlockPtr>& told) {
    if (!take_the_word()) word_is_taken_.wait(true);  // the guard has it, and the process is about to end
    found.started = result_.started;
    found.version = result_.version;
    found.took = steady_clock::now() - began_;
    exit_code_ = say(std::move(found), told, options_);
    return exit_code_;
  }

  // The guard's: the process ends by the clock, with a result or after one. To say one may take for ever, too.
  [[noreturn]] void end_by_the_clock() {
    const std::string why = await_the_end();
    if (!take_the_word()) end_at_once(exit_code_);
    std::thread([this] {
      std::this_thread::sleep_for(kLastWord);
      end_at_once(exit_code_);
    }).detach();
    result_.took = steady_clock::now() - began_;
    result_.verdicts = {{.server = "",
                         .check = "pgwatch",
                         .status = health::Status::kCritical,
                         .summary = why + " without a result: a file it reads does not answer"}};
    end_at_once(say(result_, {}, options_));
  }

 private:
  // One result is said, by main or by the guard.
  bool take_the_word() { return !word_is_taken_.test_and_set(); }

  std::string await_the_end() {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline() + kLastPatience, [this] { return interrupted_at_.has_value(); });
    if (!interrupted_at_) return "timed out after " + worded(options_.timeout);
    const std::string why = "interrupted after " + worded(*interrupted_at_ - began_);
    const SteadyTime end = std::min(*interrupted_at_, deadline()) + kLastPatience;
    lock.unlock();
    std::this_thread::sleep_until(end);
    return why;
  }

  const Options options_;
  const SteadyTime began_ = steady_clock::now();
  health::Result result_;  // as far as it is known before the probe

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> interrupt_;
  std::optional<SteadyTime> interrupted_at_;

  std::atomic_flag word_is_taken_;
  std::atomic<int> exit_code_ = error_code(options_.exit_style);
};

void watch_over(const std::shared_ptr<Session>& session) {
  const auto signals = std::make_shared<Signals>();
  std::thread([session, signals] {
    Signals::Wish wish{};
    do {
      wish = signals->next();
      session->interrupt();
    } while (wish != Signals::Wish::kEnd);
  }).detach();
  std::thread([session] { session->end_by_the_clock(); }).detach();
}

std::vector<BlockPtr> told_by(const World& world, const std::vector<Snapshot>& snapshots) {
  std::vector<BlockPtr> blocks = world.told;
  for (const Snapshot& snapshot : snapshots) {
    for (const Answered& answer : snapshot.answers) blocks.push_back(answer.served);
    blocks.push_back(health::freshness_of(world, snapshot, unix_time()));
    blocks.push_back(report_on(snapshot));
  }
  return blocks;
}

int probe(const World& world, const Options& options, const std::string& version, Session& session) {
  Probe probe(world, options, version);
  session.on_interruption(probe.interruption());
  Examination found = probe.run(session.deadline());
  health::Result result;
  result.verdicts = std::move(found.verdicts);
  result.errors = std::move(found.errors);
  const int status = session.finish(std::move(result), told_by(world, found.snapshots));
  if (!probe.stop()) end_at_once(status);
  return status;
}

health::Result error_result(const std::string& error) {
  health::Result result;
  result.errors = {error};
  return result;
}

}  // namespace

int run(const std::function<World()>& load, const Options& options, const std::string& version) {
  const auto session = std::make_shared<Session>(options, version);
  watch_over(session);
  try {
    return probe(load(), options, version, *session);
  } catch (const std::exception& error) {
    return session->finish(error_result(error.what()), {});
  }
}

int complain(const std::string& error, const Options& options, const std::string& version) {
  return run([&error]() -> World { throw std::runtime_error(error); }, options, version);
}

}  // namespace pgwatch::once
