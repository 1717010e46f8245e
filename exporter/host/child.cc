#include "exporter/host/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace pgwatch {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMostErrors = 4096;
constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string reason(int error) { return std::generic_category().message(error); }

// A folder of PATH that may not be entered has nothing to run, yet posix_spawnp says of it what it says of a program
// that may not be run.
bool is_there(const std::string& program) {
  struct stat found {};
  if (program.find('/') != std::string::npos) return true;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/bin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (stat((folder.empty() ? program : folder + "/" + program).c_str(), &found) == 0) return true;
  return false;
}

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe: " + reason(errno));
  }
  ~Pipe() {
    close(ends_[0]);
    close_writing();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  void close_writing() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

// What posix_spawn is told; its parts are freed again.
class Orders {
 public:
  Orders(int output, int errors) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Orders() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Orders(const Orders&) = delete;
  Orders& operator=(const Orders&) = delete;

  // 0 where there is no such program.
  pid_t spawn(const std::vector<std::string>& command) const {
    std::vector<char*> arguments;
    for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
    arguments.push_back(nullptr);
    std::array<char*, 3> environment = {const_cast<char*>(kPath), const_cast<char*>("LC_ALL=C"), nullptr};
    pid_t pid = 0;
    const int error = posix_spawnp(&pid, arguments[0], &actions_, &attributes_, arguments.data(), environment.data());
    if (error == ENOENT || (error == EACCES && !is_there(command[0]))) return 0;
    if (error != 0) throw std::runtime_error("cannot run " + command[0] + ": " + reason(error));
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// False at its end.
bool take(int from, std::string& text) {
  std::array<char, 65536> piece{};
  const ssize_t size = read(from, piece.data(), piece.size());
  if (size > 0) text.append(piece.data(), static_cast<std::size_t>(size));
  return size > 0 || (size < 0 && errno == EINTR);
}

// One that is under way, with all it starts: a group of processes of its own.
class Child {
 public:
  Child(const std::string& name, pid_t pid, const ChildLimits& limits) : name_(name), pid_(pid), limits_(limits) {}
  ~Child() {
    if (pid_ == 0) return;
    kill(-pid_, SIGKILL);
    reap();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  ChildEnd listen(int output, int errors) {
    ChildEnd end;
    std::array<pollfd, 2> pipes = {pollfd{output, POLLIN, 0}, pollfd{errors, POLLIN, 0}};
    while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
      await(pipes);
      if (pipes[0].revents != 0 && !take(pipes[0].fd, end.output)) pipes[0].fd = -1;
      if (pipes[1].revents != 0 && !take(pipes[1].fd, end.errors)) pipes[1].fd = -1;
      end.errors.resize(std::min(end.errors.size(), kMostErrors));
      if (end.output.size() > limits_.output)
        throw std::runtime_error(name_ + " says more than it should; it was ended");
    }
    await_its_end();
    end.status = reap();
    return end;
  }

 private:
  void await(std::array<pollfd, 2>& pipes) const {
    const int ready = poll(pipes.data(), pipes.size(), static_cast<int>(left().count()));
    if (ready < 0 && errno != EINTR) throw std::runtime_error("cannot wait for " + name_ + ": " + reason(errno));
    if (left().count() == 0) give_up();
  }

  // It may close its pipes and run on.
  void await_its_end() const {
    siginfo_t info{};
    while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0) {
      if (left().count() == 0) give_up();
      poll(nullptr, 0, 5);
    }
  }

  std::chrono::milliseconds left() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(began_ + limits_.time - steady_clock::now());
    return std::max(left, std::chrono::milliseconds{0});
  }

  [[noreturn]] void give_up() const {
    throw std::runtime_error(name_ + " did not answer within " + std::to_string(limits_.time.count()) +
                             " ms; it was ended");
  }

  int reap() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status;
  }

  const std::string name_;
  pid_t pid_;
  const ChildLimits limits_;
  const steady_clock::time_point began_ = steady_clock::now();
};

}  // namespace

std::optional<ChildEnd> run_child(const std::vector<std::string>& command, const ChildLimits& limits) {
  Pipe output;
  Pipe errors;
  const pid_t pid = Orders(output.writing(), errors.writing()).spawn(command);
  if (pid == 0) return std::nullopt;
  Child child(command[0], pid, limits);
  output.close_writing();
  errors.close_writing();
  return child.listen(output.reading(), errors.reading());
}

}  // namespace pgwatch
