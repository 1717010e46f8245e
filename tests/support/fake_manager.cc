#include "tests/support/fake_manager.h"

#include <fnmatch.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <future>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "tests/support/descriptor.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {
namespace {

struct Unref {
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Connection = std::unique_ptr<sd_bus, Unref>;
using Message = std::unique_ptr<sd_bus_message, Unref>;

constexpr const char* kUnits = "/org/freedesktop/systemd1/unit";

void check(int result) {
  if (result < 0) throw std::runtime_error(std::string("fake manager: ") + std::strerror(-result));
}

Descriptor listen_at(const std::string& path) {
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  check(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? 0 : -errno);
  check(::listen(socket.get(), 16) == 0 ? 0 : -errno);
  return socket;
}

void append(sd_bus_message* reply, const FakeManager::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) check(sd_bus_message_append(reply, "v", "s", text->c_str()));
  if (const auto* number = std::get_if<std::uint64_t>(&value)) check(sd_bus_message_append(reply, "v", "t", *number));
  if (const auto* number = std::get_if<std::uint32_t>(&value)) check(sd_bus_message_append(reply, "v", "u", *number));
  if (const auto* number = std::get_if<std::int32_t>(&value)) check(sd_bus_message_append(reply, "v", "i", *number));
  if (const auto* flag = std::get_if<bool>(&value)) check(sd_bus_message_append(reply, "v", "b", *flag ? 1 : 0));
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    check(sd_bus_message_open_container(reply, 'v', "as"));
    check(sd_bus_message_open_container(reply, 'a', "s"));
    for (const std::string& text : *texts) check(sd_bus_message_append(reply, "s", text.c_str()));
    check(sd_bus_message_close_container(reply));
    check(sd_bus_message_close_container(reply));
  }
}

void append(sd_bus_message* reply, const FakeManager::Values& values) {
  check(sd_bus_message_open_container(reply, 'a', "{sv}"));
  for (const auto& [name, value] : values) {
    check(sd_bus_message_open_container(reply, 'e', "sv"));
    check(sd_bus_message_append(reply, "s", name.c_str()));
    append(reply, value);
    check(sd_bus_message_close_container(reply));
  }
  check(sd_bus_message_close_container(reply));
}

std::vector<std::string> read_strings(sd_bus_message* call) {
  std::vector<std::string> texts;
  check(sd_bus_message_enter_container(call, 'a', "s"));
  const char* text = nullptr;
  while (sd_bus_message_read(call, "s", &text) > 0) texts.emplace_back(text);
  check(sd_bus_message_exit_container(call));
  return texts;
}

std::string path_of(const std::string& unit) {
  char* path = nullptr;
  check(sd_bus_path_encode(kUnits, unit.c_str(), &path));
  std::string text(path);
  std::free(path);
  return text;
}

std::string unit_at(const char* path) {
  char* unit = nullptr;
  if (sd_bus_path_decode(path, kUnits, &unit) <= 0) return "";
  std::string text(unit);
  std::free(unit);
  return text;
}

}  // namespace

// What mutex_ guards is anybody's; the connections are the thread's own.
class FakeManager::Core {
 public:
  Core() : thread_([this] { serve(); }) {}
  ~Core() {
    post([this] { is_ending_ = true; });
    thread_.join();
  }

  std::string address() const { return "unix:path=" + path_; }

  template <typename Change>
  void change(Change act) {
    const std::lock_guard lock(mutex_);
    act(*this);
  }
  template <typename Read>
  int read(Read what) const {
    const std::lock_guard lock(mutex_);
    return what(*this);
  }

  // Done by the thread before this returns.
  void post(const std::function<void()>& act) {
    std::packaged_task<void()> task(act);
    auto done = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(&task);
    }
    eventfd_write(wake_.get(), 1);
    done.wait();
  }

  void hang_up() {
    post([this] {
      held_.clear();
      clients_.clear();
    });
  }

  void answer_held() {
    post([this] {
      for (const Message& call : std::exchange(held_, {})) answer(call.get());
    });
  }

  std::map<std::string, Values> units_;
  Values manager_ = {{"Version", "252"}, {"SystemState", "running"}, {"NFailedUnits", std::uint32_t{0}}};
  Manner manner_ = Manner::kAnswers;
  std::map<std::string, int> calls_;
  int connections_ = 0;
  std::list<Message> held_;

 private:
  void serve() {
    while (!is_ending_) {
      wait();
      run_tasks();
      accept();
      for (const Connection& client : clients_)
        while (manner() != Manner::kHangs && sd_bus_process(client.get(), nullptr) > 0) {
        }
      std::erase_if(clients_, [](const Connection& client) { return sd_bus_is_open(client.get()) <= 0; });
    }
    held_.clear();
    clients_.clear();
  }

  Manner manner() const {
    const std::lock_guard lock(mutex_);
    return manner_;
  }

  void wait() {
    std::vector<pollfd> polled = {{wake_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}};
    if (manner() != Manner::kHangs)
      for (const Connection& client : clients_)
        polled.push_back({sd_bus_get_fd(client.get()), static_cast<short>(sd_bus_get_events(client.get())), 0});
    poll(polled.data(), polled.size(), -1);
  }

  void run_tasks() {
    eventfd_t count = 0;
    eventfd_read(wake_.get(), &count);
    std::vector<std::packaged_task<void()>*> tasks;
    {
      const std::lock_guard lock(mutex_);
      tasks.swap(tasks_);
    }
    for (auto* task : tasks) (*task)();
  }

  void accept() {
    const int socket = ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) return;
    if (manner() == Manner::kTurnsAway) {
      ::close(socket);
      return;
    }
    sd_bus* bus = nullptr;
    check(sd_bus_new(&bus));
    Connection client(bus);
    check(sd_bus_set_fd(bus, socket, socket));
    check(sd_bus_set_server(bus, 1, sd_id128_t{.bytes = {1}}));
    check(sd_bus_start(bus));
    check(sd_bus_add_filter(bus, nullptr, heard, this));
    clients_.push_back(std::move(client));
    const std::lock_guard lock(mutex_);
    ++connections_;
  }

  static int heard(sd_bus_message* call, void* core, sd_bus_error*) {
    if (sd_bus_message_is_method_call(call, nullptr, nullptr) == 0) return 0;
    static_cast<Core*>(core)->hear(call);
    return 1;
  }

  void hear(sd_bus_message* call) {
    const std::string method = sd_bus_message_get_member(call);
    const bool is_of_unit = !unit_at(sd_bus_message_get_path(call)).empty();
    const std::lock_guard lock(mutex_);
    ++calls_[method];
    if (method == "Hello") {
      sd_bus_reply_method_return(call, "s", ":1.7");
    } else if (manner_ == Manner::kRefuses) {
      sd_bus_reply_method_errorf(call, SD_BUS_ERROR_ACCESS_DENIED, "the rules say no");
    } else if (manner_ == Manner::kIsGone) {
      sd_bus_reply_method_errorf(call, SD_BUS_ERROR_SERVICE_UNKNOWN, "nobody has that name");
    } else if (manner_ == Manner::kCannotStart) {
      sd_bus_reply_method_errorf(call, "org.freedesktop.DBus.Error.Spawn.ChildExited", "it ended with status 1");
    } else if (manner_ == Manner::kBreaks) {
      sd_bus_close(sd_bus_message_get_bus(call));
    } else if (manner_ == Manner::kHolds && is_of_unit) {
      held_.emplace_back(sd_bus_message_ref(call));
    } else {
      answer(call);
    }
  }

  void answer(sd_bus_message* call) {
    const std::string method = sd_bus_message_get_member(call);
    sd_bus_message* made = nullptr;
    check(sd_bus_message_new_method_return(call, &made));
    const Message reply(made);
    if (method == "GetAll") {
      const Values* values = values_of(sd_bus_message_get_path(call));
      if (values == nullptr) {
        sd_bus_reply_method_errorf(call, SD_BUS_ERROR_UNKNOWN_OBJECT, "there is no such unit");
        return;
      }
      append(made, *values);
    } else if (method == "ListUnitsByNames") {
      list(made, read_strings(call), {}, {});
    } else {
      const std::vector<std::string> states = read_strings(call);
      list(made, {}, states, read_strings(call));
    }
    sd_bus_send(nullptr, made, nullptr);  // its caller may have hung up
  }

  // One that was only named is not there, and is loaded as such.
  const Values* values_of(const char* path) {
    const std::string unit = unit_at(path);
    if (unit.empty()) return &manager_;
    const auto found = units_.find(unit);
    return found == units_.end() ? nullptr : &found->second;
  }

  void list(sd_bus_message* reply, const std::vector<std::string>& names, const std::vector<std::string>& states,
            const std::vector<std::string>& patterns) {
    check(sd_bus_message_open_container(reply, 'a', "(ssssssouso)"));
    for (const std::string& name : names) {
      units_.try_emplace(name, Values{{"LoadState", "not-found"}, {"ActiveState", "inactive"}});
      add(reply, name);
    }
    if (names.empty())
      for (const auto& unit : units_)
        if (has_state(unit.second, states) && has_name(unit.first, patterns)) add(reply, unit.first);
    check(sd_bus_message_close_container(reply));
  }

  static bool has_state(const Values& values, const std::vector<std::string>& states) {
    const auto state = values.find("ActiveState");
    return states.empty() ||
           (state != values.end() && std::ranges::find(states, std::get<std::string>(state->second)) != states.end());
  }

  static bool has_name(const std::string& name, const std::vector<std::string>& patterns) {
    const auto fits = [&](const std::string& one) { return fnmatch(one.c_str(), name.c_str(), FNM_NOESCAPE) == 0; };
    return patterns.empty() || std::ranges::any_of(patterns, fits);
  }

  static void add(sd_bus_message* reply, const std::string& name) {
    check(sd_bus_message_append(reply, "(ssssssouso)", name.c_str(), "", "loaded", "active", "running", "",
                                path_of(name).c_str(), 0U, "", "/"));
  }

  mutable std::mutex mutex_;
  std::vector<std::packaged_task<void()>*> tasks_;
  bool is_ending_ = false;
  const TemporaryFolder folder_;
  const std::string path_ = (folder_.path() / "bus").string();
  const Descriptor socket_ = listen_at(path_);
  const Descriptor wake_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::list<Connection> clients_;
  std::thread thread_;
};

FakeManager::FakeManager() : core_(std::make_unique<Core>()) {}
FakeManager::~FakeManager() = default;

std::string FakeManager::address() const { return core_->address(); }

void FakeManager::set(const std::string& unit, Values properties) {
  properties.try_emplace("LoadState", "loaded");
  core_->change([&](Core& core) { core.units_[unit] = properties; });
}

void FakeManager::set_manager(Values properties) {
  core_->change([&](Core& core) { core.manager_ = properties; });
}

void FakeManager::unload(const std::string& unit) {
  core_->change([&](Core& core) { core.units_.erase(unit); });
}

void FakeManager::be(Manner manner) {
  core_->change([&](Core& core) { core.manner_ = manner; });
  if (manner != Manner::kHolds) core_->answer_held();
}

void FakeManager::hang_up() { core_->hang_up(); }

int FakeManager::connections() const {
  return core_->read([](const Core& core) { return core.connections_; });
}
int FakeManager::calls(const std::string& method) const {
  return core_->read([&](const Core& core) {
    const auto found = core.calls_.find(method);
    return found == core.calls_.end() ? 0 : found->second;
  });
}
int FakeManager::held() const {
  return core_->read([](const Core& core) { return static_cast<int>(core.held_.size()); });
}

}  // namespace pgwatch::test
