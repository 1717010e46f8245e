#include "exporter/engine/managers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "exporter/systemd/bus.h"
#include "exporter/systemd/look.h"
#include "exporter/util/clock.h"

namespace pgwatch {
namespace {

// Who has not been asked for so long is no longer watched: a reload has left him out.
constexpr std::chrono::minutes kIdle{5};

// Of several ways that failed, what says most: that somebody is there and does not let us in.
const Failure& telling(const Failure& one, const Failure& before) {
  if (before.cls == kAbsent) return one;
  return one.cls == kForbidden && before.cls != kForbidden ? one : before;
}

}  // namespace

// One manager. What its replies do to it is put off until the stack has unwound, since it ends the bus they came from.
class Managers::Manager : public std::enable_shared_from_this<Manager> {
 public:
  Manager(Loop& loop, ManagerName name, std::vector<systemd::Way> ways, const Managers& of)
      : loop_(loop),
        name_(std::move(name)),
        ways_(std::move(ways)),
        of_(of),
        watch_(loop, [this] { work(); }),
        wake_(loop),
        patience_(loop),
        idle_(loop) {}

  void look(const UnitChoicePtr& choice, Looked looked) {
    const bool is_same = choice_ && *choice_ == *choice;
    if (is_looking() && !is_same) return later_.push_back({choice, std::move(looked)});
    if (!is_looking() && is_same && now() - began_ < of_.limits_.fresh)
      return loop_.post([answer = answer_, looked = std::move(looked)] { looked(answer); });
    waiting_.push_back(std::move(looked));
    if (!is_looking()) begin(choice);
  }

 private:
  struct Later {
    UnitChoicePtr choice;
    Looked looked;
  };

  bool is_looking() const { return patience_.is_set(); }

  void begin(const UnitChoicePtr& choice) {
    choice_ = choice;
    began_ = now();
    next_way_ = 0;
    why_ = {kAbsent, "there is nowhere to ask"};
    idle_.cancel();
    patience_.at(began_ + of_.limits_.time, [this] {
      hang_up();
      finish(Failure{kTimeout, "manager " + to_string(name_) + " did not answer within " +
                                   std::to_string(of_.limits_.time.count()) + " ms"});
    });
    try_look();
  }

  void try_look() {
    try {
      is_kept_ = bus_ != nullptr;
      connect();
      look_.emplace(*bus_, choice_, [manager = weak_from_this(), attempt = ++attempt_, this](ManagerAnswer answer) {
        loop_.post([manager, attempt, answer = std::move(answer)] {
          if (const auto alive = manager.lock(); alive && alive->attempt_ == attempt) alive->looked(answer);
        });
      });
      watch_again();
    } catch (const systemd::BusError& error) {
      fail(error.failure());
    }
  }

  void looked(const ManagerAnswer& answer) {
    if (!is_looking()) return;
    if (const auto* failure = std::get_if<Failure>(&answer)) return fail(*failure);
    finish(answer);
  }

  // The first way that does not say no at once, of those that are left.
  void connect() {
    while (!bus_ && next_way_ < ways_.size()) {
      try {
        bus_ = std::make_unique<systemd::Bus>(ways_[next_way_++]);
      } catch (const systemd::BusError& error) {
        why_ = telling(error.failure(), why_);
      }
    }
    if (!bus_) throw systemd::BusError(why_);
  }

  void hang_up() {
    look_.reset();
    watch_.want(-1, 0);
    wake_.cancel();
    tell_calls();
    bus_.reset();
    told_calls_ = 0;
  }

  void tell_calls() {
    if (bus_) of_.called_(name_, bus_->calls() - std::exchange(told_calls_, bus_->calls()));
  }

  void work() {
    try {
      bus_->process();
      watch_again();
    } catch (const systemd::BusError& error) {
      if (is_looking()) return fail(error.failure());
      hang_up();
    }
  }

  void watch_again() {
    watch_.want(bus_->socket(), bus_->events());
    if (const auto at = bus_->wakes())
      wake_.at(*at, [this] { work(); });
    else
      wake_.cancel();
  }

  // A connection that was kept may have ended long ago, unseen. A manager's own socket ends one whose process it cannot
  // see, as from a container; its bus does not.
  void fail(const Failure& failure) {
    const bool may_be_old = is_kept_ && failure.cls == kConnection;
    const bool has_another = (failure.cls == kConnection || failure.cls == kForbidden) && next_way_ < ways_.size();
    hang_up();
    if (!may_be_old) why_ = telling(failure, why_);
    if (may_be_old || has_another) return try_look();
    const std::string cure = systemd::cure_of(name_, why_);
    const bool has_cure = !cure.empty() && (why_.cls == kForbidden || why_.cls == kAbsent);
    finish(Failure{why_.cls, has_cure ? why_.message + "; " + cure : why_.message});
  }

  void finish(const ManagerAnswer& answer) {
    look_.reset();
    patience_.cancel();
    tell_calls();
    answer_ = answer;
    idle_.at(now() + kIdle, [this] { hang_up(); });
    for (const Looked& looked : std::exchange(waiting_, {})) loop_.post([looked, answer] { looked(answer); });
    for (Later& later : std::exchange(later_, {})) look(later.choice, std::move(later.looked));
  }

  Loop& loop_;
  const ManagerName name_;
  const std::vector<systemd::Way> ways_;
  const Managers& of_;
  std::unique_ptr<systemd::Bus> bus_;
  std::optional<systemd::Look> look_;
  bool is_kept_ = false;  // from an earlier look
  std::size_t next_way_ = 0;
  Failure why_;              // of the ways that failed in this look
  std::size_t attempt_ = 0;  // what an earlier one still says does not count
  std::size_t told_calls_ = 0;
  SocketWatch watch_;
  Timer wake_;
  Timer patience_;  // set while a look is under way
  Timer idle_;      // and this from one to the next
  UnitChoicePtr choice_;
  SteadyTime began_;
  ManagerAnswer answer_;  // of the last look
  std::vector<Looked> waiting_;
  std::vector<Later> later_;
};

Managers::Managers(Loop& loop, systemd::Surroundings surroundings, Called called, ManagersLimits limits)
    : loop_(loop), surroundings_(std::move(surroundings)), called_(std::move(called)), limits_(limits) {}
Managers::~Managers() = default;

void Managers::look(const ManagerName& name, const UnitChoicePtr& choice, Looked looked) {
  std::shared_ptr<Manager>& manager = managers_[name];
  if (!manager) manager = std::make_shared<Manager>(loop_, name, ways_to(name, surroundings_), *this);
  manager->look(choice, std::move(looked));
}

}  // namespace pgwatch
