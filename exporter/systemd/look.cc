#include "exporter/systemd/look.h"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "exporter/model/world.h"
#include "exporter/systemd/bus.h"
#include "exporter/systemd/properties.h"

namespace pgwatch::systemd {
namespace {

using Listed = std::map<std::string, std::string>;  // path of each unit's object by its name

// podman's checks of health are units of their own, called after the container's id.
const std::string& any_id() {
  static const std::string pattern = [] {
    std::string digits;
    for (std::size_t i = 0; i < kContainerIdDigits; ++i) digits += "[0-9a-f]";
    return digits;
  }();
  return pattern;
}

void append_strings(sd_bus_message* message, const std::vector<std::string>& texts) {
  sd_bus_message_open_container(message, 'a', "s");
  for (const std::string& text : texts) sd_bus_message_append_basic(message, 's', text.c_str());
  sd_bus_message_close_container(message);
}

Method by_names(const std::vector<std::string>& names) {
  return {.name = "ListUnitsByNames",
          .arguments = [names](sd_bus_message* message) { append_strings(message, names); }};
}

Method by_patterns(const std::vector<std::string>& states, const std::vector<std::string>& patterns) {
  return {.name = "ListUnitsByPatterns", .arguments = [states, patterns](sd_bus_message* message) {
            append_strings(message, states);
            append_strings(message, patterns);
          }};
}

// "" as the interface: those of all of them.
Method all_properties(const std::string& path, const char* interface) {
  return {.path = path,
          .interface = "org.freedesktop.DBus.Properties",
          .name = "GetAll",
          .arguments = [interface](sd_bus_message* message) { sd_bus_message_append_basic(message, 's', interface); }};
}

Listed read_list(sd_bus_message* message) {
  Listed listed;
  const auto check = [](int result) {
    if (result < 0) throw BusError({"bus", "the manager's list of units is not as expected"});
    return result;
  };
  check(sd_bus_message_enter_container(message, 'a', "(ssssssouso)"));
  while (check(sd_bus_message_enter_container(message, 'r', "ssssssouso")) > 0) {
    const char* name = nullptr;
    const char* path = nullptr;
    check(sd_bus_message_read_basic(message, 's', &name));
    check(sd_bus_message_skip(message, "sssss"));
    check(sd_bus_message_read_basic(message, 'o', &path));
    check(sd_bus_message_skip(message, "uso"));
    check(sd_bus_message_exit_container(message));
    listed.emplace(name, path);
  }
  return listed;
}

}  // namespace

class Look::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(Bus& bus, UnitChoicePtr choice, Done done) : bus_(bus), choice_(std::move(choice)), done_(std::move(done)) {}

  void begin() {
    step([this] { choose(); });
    ask(all_properties("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"),
        [this](sd_bus_message* reply) { view_->manager = read_properties(reply, manager_properties()); });
    if (!choice_->names.empty()) ask_list(by_names(choice_->names), named_);
    std::vector<std::string> patterns = choice_->patterns;
    patterns.push_back(any_id() + "*.service");
    ask_list(by_patterns({}, patterns), found_);
    if (choice_->failed) ask_list(by_patterns({"failed"}, {}), failed_);
    settle();
  }

 private:
  using Read = std::function<void(sd_bus_message*)>;

  // What is done when all that is asked has been answered.
  void step(std::function<void()> next) { next_ = std::move(next); }

  void ask(Method method, Read read) { waiting_.emplace_back(std::move(method), std::move(read)); }

  void ask_list(Method method, Listed& list) {
    ask(std::move(method), [&list](sd_bus_message* reply) { list.merge(read_list(reply)); });
  }

  void ask_unit(const std::string& name, const std::string& path, std::vector<ManagedUnit>& list) {
    ask(all_properties(path, ""), [&list, name](sd_bus_message* reply) {
      list.push_back({name, read_properties(reply, unit_properties())});
    });
  }

  // Sends what may be sent; goes on, or ends, where nothing is owed any more.
  void settle() {
    while (!waiting_.empty() && under_way_ < kMostUnderWay) {
      auto [method, read] = std::move(waiting_.front());
      waiting_.pop_front();
      ++under_way_;
      bus_.call(method, [core = weak_from_this(), read = std::move(read)](sd_bus_message* reply, const Failure& why) {
        if (const auto alive = core.lock()) alive->heard(reply, why, read);
      });
    }
    if (under_way_ > 0 || !waiting_.empty() || !done_) return;
    if (auto next = std::exchange(next_, nullptr)) {
      next();
      settle();
    } else {
      finish();
    }
  }

  void heard(sd_bus_message* reply, const Failure& why, const Read& read) {
    --under_way_;
    if (!done_) return;
    try {
      if (reply != nullptr)
        read(reply);
      else if (why.cls != kGone)  // a unit that was unloaded meanwhile
        return fail(why);
      settle();
    } catch (const BusError& error) {
      fail(error.failure());
    }
  }

  bool is_wanted(const std::string& name) const {
    return std::ranges::none_of(choice_->exclude, [&](const std::string& one) { return matches(one, name); });
  }

  // Those that are named have their place; those that failed go first where there is not room for all others.
  void choose() {
    Listed health;
    for (Listed* list : {&failed_, &found_})
      std::erase_if(*list, [&](const auto& one) {
        if (is_check_of_health(one.first)) return health.insert(one), true;
        return !is_wanted(one.first);
      });
    for (const auto& [name, path] : named_) {
      chosen_.insert(name);
      ask_unit(name, path, view_->units);
    }
    for (const Listed* list : {&failed_, &found_})
      for (const auto& [name, path] : *list) choose(name, path, view_->units);
    chosen_.clear();
    for (const auto& [name, path] : health) choose(name, path, view_->others);
    step([this] { follow(); });
  }

  void choose(const std::string& name, const std::string& path, std::vector<ManagedUnit>& list) {
    if (!chosen_.insert(name).second) return;
    if (chosen_.size() <= choice_->most)
      ask_unit(name, path, list);
    else
      ++view_->dropped;
  }

  // To what timers start: a timer is as well as that.
  void follow() {
    std::ranges::sort(view_->units, {}, &ManagedUnit::name);
    std::set<std::string> started;
    for (const ManagedUnit& unit : view_->units)
      if (const std::string_view one = get(unit.properties, "Triggers");
          type_of(unit.name) == "timer" && !one.empty() && view_->find(one) == nullptr)
        started.emplace(one.substr(0, one.find('\n')));
    if (started.empty()) return;
    ask_list(by_names({started.begin(), started.end()}), started_);
    step([this] {
      for (const auto& [name, path] : started_) ask_unit(name, path, view_->others);
    });
  }

  void finish() { std::exchange(done_, nullptr)(ManagerViewPtr(view_)); }
  void fail(const Failure& failure) { std::exchange(done_, nullptr)(failure); }

  Bus& bus_;
  const UnitChoicePtr choice_;
  Done done_;
  std::deque<std::pair<Method, Read>> waiting_;
  std::size_t under_way_ = 0;
  std::function<void()> next_;
  Listed named_, failed_, found_, started_;
  std::set<std::string> chosen_;
  std::shared_ptr<ManagerView> view_ = std::make_shared<ManagerView>();
};

Look::Look(Bus& bus, UnitChoicePtr choice, Done done)
    : core_(std::make_shared<Core>(bus, std::move(choice), std::move(done))) {
  core_->begin();
}
Look::~Look() = default;

}  // namespace pgwatch::systemd
