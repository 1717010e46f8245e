// Blocking: calls that can only block, away from the loop. One queue and one thread per kind.
//
// All of it belongs to the loop's thread. A job runs on a thread of its own kind and shares nothing but what it
// captured.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "exporter/engine/loop.h"

namespace pgwatch {

enum class BlockingKind { kResolve, kCancel, kFiles };
inline constexpr std::size_t kBlockingKinds = 3;

std::string_view to_string(BlockingKind kind);

class Blocking {
 public:
  // A thread that stays this long in one job is written off and replaced, as long as no more than so many are away.
  struct Limits {
    std::chrono::milliseconds stuck;
    int away = 1;
  };
  using LimitsPerKind = std::array<Limits, kBlockingKinds>;
  // A name that no name server answers for takes 10 s, and a file of a file server that is gone takes for ever: other
  // names and files do not wait for it.
  static constexpr LimitsPerKind kLimits = {{
      {std::chrono::seconds{2}, 4},
      {std::chrono::seconds{30}, 1},
      {std::chrono::seconds{2}, 4},
  }};

  enum class Result { kRan, kDropped };
  using Done = std::function<void(Result)>;
  using WrittenOff = std::function<void(BlockingKind)>;

  Blocking(Loop& loop, WrittenOff written_off, const LimitsPerKind& limits = kLimits);
  ~Blocking();
  Blocking(const Blocking&) = delete;
  Blocking& operator=(const Blocking&) = delete;

  class Call;

  // Runs job on the kind's thread, then done(kRan) here. A job that has not started by start_by never does:
  // done(kDropped). No two jobs of one subject run at once: what hangs on it costs one thread, however often it is
  // asked for. "" is no subject.
  [[nodiscard]] Call call(BlockingKind kind, const std::string& subject, SteadyTime start_by, Task job, Done done);

  // Whether a thread is still inside a job: it can be neither joined nor ended.
  bool busy() const;
  void stop();  // joins what is idle, leaves behind what is not

 private:
  struct Ledger;
  struct Queue;

  void start_thread(BlockingKind kind);
  void check_stuck(BlockingKind kind);

  Loop& loop_;
  const WrittenOff written_off_;
  const LimitsPerKind limits_;
  std::shared_ptr<Ledger> ledger_;
  std::array<std::shared_ptr<Queue>, kBlockingKinds> queues_;
};

// A call under way. Its end means that nobody waits any more: done is not called.
class Blocking::Call {
 public:
  Call() = default;
  Call(std::weak_ptr<Ledger> ledger, std::uint64_t id) : ledger_(std::move(ledger)), id_(id) {}
  ~Call() { forget(); }
  Call(Call&& other) noexcept : ledger_(std::exchange(other.ledger_, {})), id_(other.id_) {}
  Call& operator=(Call&& other) noexcept;

  void forget();

 private:
  std::weak_ptr<Ledger> ledger_;
  std::uint64_t id_ = 0;
};

}  // namespace pgwatch
