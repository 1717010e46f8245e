#include "exporter/engine/blocking.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>

namespace pgwatch {

std::string_view to_string(BlockingKind kind) {
  switch (kind) {
    case BlockingKind::kResolve: return "resolve";
    case BlockingKind::kCancel: return "cancel";
    case BlockingKind::kFiles: return "files";
  }
  return "";
}

// Who waits for which call: the loop's side. Threads hold it weakly and hand it nothing but a number.
struct Blocking::Ledger {
  struct Waiting {
    Done done;
    std::unique_ptr<Timer> start_by;
  };

  std::uint64_t last_id = 0;
  std::unordered_map<std::uint64_t, Waiting> waiting;

  void finish(std::uint64_t id, Result result) {
    const auto node = waiting.extract(id);
    if (node && node.mapped().done) node.mapped().done(result);
  }
};

// The thread's side.
struct Blocking::Queue {
  struct Job {
    std::uint64_t id = 0;
    std::string subject;
    Task run;
  };

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> waiting;
  std::set<std::string> at_work;  // the subjects of jobs that have not returned
  bool stopping = false;
  int generation = 0;                    // of the thread that serves this queue; an older one has been written off
  int written_off = 0;                   // threads still inside the job they were written off in
  std::optional<SteadyTime> busy_since;  // of the current generation
  std::thread thread;                    // the loop's thread alone
  std::unique_ptr<Timer> stuck;          // the loop's thread alone

  // Waits for the next job. Nothing: this thread has been replaced or the program ends.
  std::optional<Job> next(int mine) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return stopping || mine != generation || first_free() != waiting.end(); });
    if (stopping || mine != generation) return std::nullopt;
    const auto first = first_free();
    Job job = std::move(*first);
    waiting.erase(first);
    if (!job.subject.empty()) at_work.insert(job.subject);
    busy_since = std::chrono::steady_clock::now();
    return job;
  }

  std::deque<Job>::iterator first_free() {
    return std::ranges::find_if(waiting, [this](const Job& job) { return !at_work.contains(job.subject); });
  }

  // Before anyone hears of it, so that who then ends the program finds this thread idle. Who waits for this subject may
  // be the thread that has taken our place.
  void returned(const Job& job, int mine) {
    const std::lock_guard lock(mutex);
    at_work.erase(job.subject);
    if (mine == generation)
      busy_since.reset();
    else
      --written_off;
    changed.notify_all();
  }

  // Another thread takes the place of the one that is stuck.
  void write_off() {
    ++written_off;
    ++generation;
    busy_since.reset();
  }

  bool take_out(std::uint64_t id) {
    const std::lock_guard lock(mutex);
    return std::erase_if(waiting, [id](const Job& job) { return job.id == id; }) > 0;
  }
};

Blocking::Call& Blocking::Call::operator=(Call&& other) noexcept {
  forget();
  ledger_ = std::exchange(other.ledger_, {});
  id_ = other.id_;
  return *this;
}

void Blocking::Call::forget() {
  const auto ledger = ledger_.lock();
  ledger_.reset();
  if (!ledger) return;
  // The alarm stays: it takes a job that nobody waits for out of the queue.
  const auto found = ledger->waiting.find(id_);
  if (found != ledger->waiting.end()) found->second.done = nullptr;
}

Blocking::Blocking(Loop& loop, WrittenOff written_off, const LimitsPerKind& limits)
    : loop_(loop), written_off_(std::move(written_off)), limits_(limits), ledger_(std::make_shared<Ledger>()) {
  for (auto& queue : queues_) {
    queue = std::make_shared<Queue>();
    queue->stuck = std::make_unique<Timer>(loop);
  }
}

Blocking::~Blocking() { stop(); }

Blocking::Call Blocking::call(BlockingKind kind, const std::string& subject, SteadyTime start_by, Task job, Done done) {
  const std::shared_ptr<Queue>& queue = queues_[static_cast<std::size_t>(kind)];
  const std::uint64_t id = ++ledger_->last_id;
  Ledger::Waiting& waiting = ledger_->waiting[id];
  waiting.done = std::move(done);
  waiting.start_by = std::make_unique<Timer>(loop_);
  waiting.start_by->at(start_by, [this, queue, id] {
    if (queue->take_out(id)) ledger_->finish(id, Result::kDropped);
  });
  {
    const std::lock_guard lock(queue->mutex);
    queue->waiting.push_back({id, subject, std::move(job)});
  }
  if (!queue->thread.joinable()) start_thread(kind);
  queue->changed.notify_one();
  if (!queue->stuck->is_set()) check_stuck(kind);
  return {ledger_, id};
}

void Blocking::start_thread(BlockingKind kind) {
  const std::shared_ptr<Queue> queue = queues_[static_cast<std::size_t>(kind)];
  queue->thread =
      std::thread([queue, mine = queue->generation, mailbox = loop_.mailbox(), ledger = std::weak_ptr(ledger_)] {
        pthread_setname_np(pthread_self(), "blocking");
        while (const auto job = queue->next(mine)) {
          job->run();
          queue->returned(*job, mine);
          mailbox->post([ledger, id = job->id] {
            if (const auto open = ledger.lock()) open->finish(id, Result::kRan);
          });
        }
      });
}

// Looks again when the thread could have been stuck for long enough. While as many as may be are away, their stuck
// successor stays, and calls are dropped at their start_by.
void Blocking::check_stuck(BlockingKind kind) {
  const std::shared_ptr<Queue>& queue = queues_[static_cast<std::size_t>(kind)];
  const Limits& limits = limits_[static_cast<std::size_t>(kind)];
  const SteadyTime now = std::chrono::steady_clock::now();
  bool replace = false;
  {
    const std::lock_guard lock(queue->mutex);
    if (!queue->busy_since && queue->waiting.empty()) return;
    const bool stuck = queue->busy_since && now - *queue->busy_since >= limits.stuck;
    replace = stuck && queue->written_off < limits.away;
    if (replace) queue->write_off();
  }
  if (replace) {
    queue->thread.detach();
    start_thread(kind);
    written_off_(kind);
  }
  queue->stuck->at(now + limits.stuck / 4, [this, kind] { check_stuck(kind); });
}

bool Blocking::busy() const {
  for (const auto& queue : queues_) {
    const std::lock_guard lock(queue->mutex);
    if (queue->busy_since || queue->written_off > 0) return true;
  }
  return false;
}

void Blocking::stop() {
  ledger_->waiting.clear();
  for (auto& queue : queues_) {
    bool idle = false;
    {
      const std::lock_guard lock(queue->mutex);
      queue->stopping = true;
      queue->waiting.clear();
      idle = !queue->busy_since;
    }
    queue->changed.notify_all();
    queue->stuck->cancel();
    if (!queue->thread.joinable()) continue;
    if (idle)
      queue->thread.join();
    else
      queue->thread.detach();
  }
}

}  // namespace pgwatch
