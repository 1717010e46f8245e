#include "exporter/engine/engine.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "exporter/engine/host_watch.h"
#include "exporter/engine/telemetry.h"
#include "exporter/engine/watch.h"

namespace pgwatch {
namespace {

constexpr const char* kHost = "";

}  // namespace

// Everything but thread_, stopped_ and what world_mutex_ guards belongs to the loop's thread.
class Engine::Core {
 public:
  Core(WorldPtr world, Telemetry& telemetry);
  ~Core() { stop(); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  void ask(Request request, Done done);
  void hasten();
  void swap(WorldPtr world);
  WorldPtr world() const;
  bool attempted_all() const { return attempted_all_; }
  void listen(PulseListener listener);
  void stop();
  bool left_threads_behind() const { return left_threads_behind_; }

 private:
  // A request under way.
  struct Hearing {
    Done done;
    std::vector<std::string> collectors;  // asked for
    SteadyTime asked_at;
    std::size_t waiting = 0;
    std::vector<std::pair<std::shared_ptr<Attended>, AttendancePtr>> attendances;
  };
  using HearingPtr = std::shared_ptr<Hearing>;

  void run();
  void hear(const Request& request, Done done);
  void add_attendance(const HearingPtr& hearing, const std::shared_ptr<Attended>& attended, const Request& request);
  void end_waits();
  void left(const HearingPtr& hearing);
  void finish(const HearingPtr& hearing);
  void look_at_targets();
  void enter(const WorldPtr& world, const std::vector<postgres::Conninfo>& conninfos);
  std::shared_ptr<Watch> watch_over(const World& world, const TargetPtr& target, const postgres::Conninfo& conninfo);

  Telemetry& telemetry_;
  Loop loop_;
  Pulse pulse_{loop_};
  Blocking blocking_;
  Resolver resolver_;
  Managers managers_;
  HostReader host_;
  Desk desk_;
  std::vector<std::shared_ptr<Watch>> watches_;  // in the World's order
  std::shared_ptr<HostWatch> host_watch_;
  std::vector<HearingPtr> hearings_;
  WorldPtr entered_;

  mutable std::mutex world_mutex_;
  WorldPtr world_;  // guarded by world_mutex_: the last one given
  std::atomic<bool> attempted_all_ = false;
  bool left_threads_behind_ = false;
  std::thread thread_;
};

Engine::Core::Core(WorldPtr world, Telemetry& telemetry)
    : telemetry_(telemetry),
      blocking_(loop_, [&telemetry](BlockingKind kind) { telemetry.blocking_call_abandoned(to_string(kind)); }),
      resolver_(blocking_, loop_),
      managers_(loop_, systemd::our_surroundings(),
                [&telemetry](const ManagerName& name, std::size_t calls) { telemetry.called(to_string(name), calls); }),
      host_(loop_, blocking_, managers_),
      desk_(telemetry),
      host_watch_(std::make_shared<HostWatch>(loop_, host_, desk_)) {
  swap(std::move(world));
  thread_ = std::thread([this] { run(); });
}

void Engine::Core::run() {
  pthread_setname_np(pthread_self(), "engine");
  loop_.run();
  for (const HearingPtr& hearing : std::vector(hearings_)) finish(hearing);
  watches_.clear();
  host_watch_.reset();
  left_threads_behind_ = blocking_.busy();
  blocking_.stop();
}

void Engine::Core::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

// -- Worlds -----------------------------------------------------------------------------------------------------------

// Connection strings are read here, on the caller's thread: a service file is a file, and may have become unreadable.
void Engine::Core::swap(WorldPtr world) {
  std::vector<postgres::Conninfo> conninfos;
  for (const TargetPtr& target : world->targets) conninfos.emplace_back(target->access.conninfo);
  {
    const std::lock_guard lock(world_mutex_);
    world_ = world;
  }
  loop_.post([this, world = std::move(world), conninfos = std::move(conninfos)] { enter(world, conninfos); });
}

WorldPtr Engine::Core::world() const {
  const std::lock_guard lock(world_mutex_);
  return world_;
}

// The old ones go before the new ones start: some of them hold places that the new ones need.
void Engine::Core::enter(const WorldPtr& world, const std::vector<postgres::Conninfo>& conninfos) {
  std::vector<std::shared_ptr<Watch>> watches;
  for (std::size_t i = 0; i < conninfos.size(); ++i)
    watches.push_back(watch_over(*world, world->targets[i], conninfos[i]));
  for (const auto& old : watches_)
    if (std::ranges::find(watches, old) == watches.end()) telemetry_.remove_target(old->target().name);
  for (const TargetPtr& target : world->targets) telemetry_.add_target(target->name);
  std::vector<std::shared_ptr<Watch>> fresh = watches;
  std::erase_if(fresh, [this](const auto& watch) { return std::ranges::find(watches_, watch) != watches_.end(); });
  watches_ = std::move(watches);
  for (const auto& watch : fresh) watch->start();
  host_watch_->enter(*world);
  entered_ = world;
  look_at_targets();
}

std::shared_ptr<Watch> Engine::Core::watch_over(const World& world, const TargetPtr& target,
                                                const postgres::Conninfo& conninfo) {
  const auto found =
      std::ranges::find_if(watches_, [&](const auto& watch) { return watch->target().name == target->name; });
  const std::shared_ptr<Watch> before = found == watches_.end() ? nullptr : *found;
  if (before && before->reaches(*target, conninfo)) {
    before->update(world, target);
    return before;
  }
  const EngineServices services{loop_, blocking_, resolver_, host_, desk_, telemetry_, [this] { look_at_targets(); }};
  return std::make_shared<Watch>(services, world, target, conninfo, before.get());
}

// -- Requests ---------------------------------------------------------------------------------------------------------

void Engine::Core::ask(Request request, Done done) {
  loop_.post([this, request = std::move(request), done = std::move(done)] { hear(request, done); });
}

// What has come is read first: an answer may lie there since the loop last looked, and the task goes before it.
void Engine::Core::hasten() {
  loop_.post([this] { loop_.post([this] { end_waits(); }); });
}

void Engine::Core::end_waits() {
  for (const HearingPtr& hearing : std::vector(hearings_))
    for (const auto& [attended, attendance] : std::vector(hearing->attendances)) attendance->alarm.ring();
}

void Engine::Core::hear(const Request& request, Done done) {
  auto hearing = std::make_shared<Hearing>();
  hearing->done = std::move(done);
  hearing->collectors = request.collectors;
  hearing->asked_at = std::chrono::steady_clock::now();
  hearing->waiting = 1;  // ourselves, until everybody has been asked
  hearings_.push_back(hearing);
  for (const auto& watch : watches_)
    if (names(request.targets, watch->target().name)) add_attendance(hearing, watch, request);
  if (names(request.targets, kHost)) add_attendance(hearing, host_watch_, request);
  left(hearing);
}

void Engine::Core::add_attendance(const HearingPtr& hearing, const std::shared_ptr<Attended>& attended,
                                  const Request& request) {
  auto attendance = std::make_shared<Attendance>(loop_);
  attendance->world = entered_;
  attendance->asked_at = attendance->fresh_after = hearing->asked_at;
  attendance->deadline = request.deadline;
  attendance->awaited = request.awaited;
  attendance->done = [this, hearing] { left(hearing); };
  ++hearing->waiting;
  hearing->attendances.emplace_back(attended, attendance);
  attended->attend(attendance, request.collectors);
}

void Engine::Core::left(const HearingPtr& hearing) {
  if (--hearing->waiting == 0) finish(hearing);
}

void Engine::Core::finish(const HearingPtr& hearing) {
  if (std::erase(hearings_, hearing) == 0) return;
  Snapshot snapshot;
  snapshot.collectors = hearing->collectors;
  snapshot.asked_at = hearing->asked_at;
  snapshot.answered_at = std::chrono::steady_clock::now();
  for (const auto& [attended, attendance] : hearing->attendances) {
    attendance->alarm.cancel();
    attended->report(*attendance, snapshot);
  }
  hearing->done(std::move(snapshot));
  // It may hold the last reference to a Watch in whose function we are; that ends when the stack has unwound.
  loop_.post([attendances = std::exchange(hearing->attendances, {})] {});
}

// -- What it says of itself -------------------------------------------------------------------------------------------

void Engine::Core::listen(PulseListener listener) {
  loop_.post([this, listener = std::move(listener)] { pulse_.listen(listener); });
}

void Engine::Core::look_at_targets() {
  attempted_all_ = std::ranges::all_of(watches_, [](const auto& watch) { return watch->attempted(); });
  const auto up = std::ranges::count_if(watches_, [](const auto& watch) { return watch->up(); });
  pulse_.feel({watches_.size(), static_cast<std::size_t>(up)});
}

// -- The door ---------------------------------------------------------------------------------------------------------

Engine::Engine(WorldPtr world, Telemetry& telemetry) : core_(std::make_unique<Core>(std::move(world), telemetry)) {}
Engine::~Engine() = default;
void Engine::ask(Request request, Done done) { core_->ask(std::move(request), std::move(done)); }
void Engine::hasten() { core_->hasten(); }
void Engine::swap(WorldPtr world) { core_->swap(std::move(world)); }
WorldPtr Engine::world() const { return core_->world(); }
bool Engine::ready() const { return core_->attempted_all(); }
void Engine::listen(PulseListener listener) { core_->listen(std::move(listener)); }
void Engine::stop() { core_->stop(); }
bool Engine::left_threads_behind() const { return core_->left_threads_behind(); }

}  // namespace pgwatch
