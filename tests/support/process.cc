#include "tests/support/process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <stdexcept>
#include <system_error>

namespace pgwatch::test {
namespace {

struct Identity {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;
};

// Everything the child needs, laid out before the fork: between fork and exec nothing may allocate.
struct Plan {
  std::vector<char*> arguments;
  std::vector<std::string> environment_lines;
  std::vector<char*> environment;
  std::optional<Identity> identity;
  const std::vector<BindMount>* mounts = nullptr;
  int input = -1;
  int output = -1;
  int errors = -1;
  pid_t parent = -1;
};

// What the child tells its parent where it cannot become the program. The literal is at the same address in both.
struct Trouble {
  const char* doing = nullptr;
  int error = 0;
};

Identity identity_of(const std::string& name) {
  const passwd* user = ::getpwnam(name.c_str());
  if (user == nullptr) throw std::runtime_error("user " + name + " does not exist on this machine");
  Identity identity{.user = user->pw_uid, .group = user->pw_gid, .groups = std::vector<gid_t>(64)};
  int count = static_cast<int>(identity.groups.size());
  ::getgrouplist(name.c_str(), identity.group, identity.groups.data(), &count);
  identity.groups.resize(static_cast<std::size_t>(count));
  return identity;
}

std::vector<char*> pointers(const std::vector<std::string>& lines) {
  std::vector<char*> result;
  for (const std::string& line : lines) result.push_back(const_cast<char*>(line.c_str()));
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> lines_of(const Environment& environment) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : environment) lines.push_back(name + "=" + value);
  return lines;
}

const char* enter_own_mounts(const Plan& plan) {
  if (plan.mounts->empty()) return nullptr;
  if (::unshare(CLONE_NEWNS) != 0) return "unshare";
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "making mounts private";
  for (const BindMount& bind : *plan.mounts) {
    if (::mount(bind.source.c_str(), bind.target.c_str(), nullptr, MS_BIND, nullptr) != 0) return "bind mount";
  }
  return nullptr;
}

const char* become_user(const Plan& plan) {
  if (!plan.identity) return nullptr;
  if (::setgroups(plan.identity->groups.size(), plan.identity->groups.data()) != 0) return "setgroups";
  if (::setgid(plan.identity->group) != 0) return "setgid";
  if (::setuid(plan.identity->user) != 0) return "setuid";
  return nullptr;
}

// Says what failed. A change of user clears the death signal, so that comes last.
const char* prepare(const Plan& plan) {
  ::setpgid(0, 0);
  ::signal(SIGPIPE, SIG_DFL);
  ::dup2(plan.input, STDIN_FILENO);
  ::dup2(plan.output, STDOUT_FILENO);
  ::dup2(plan.errors, STDERR_FILENO);
  ::close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC);
  if (const char* failed = enter_own_mounts(plan)) return failed;
  if (const char* failed = become_user(plan)) return failed;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const pid_t parent = ::getppid();  // 0 where a test gives it a count of processes of its own: then we are outside
  return parent == plan.parent || parent == 0 ? nullptr : "outliving the test";
}

[[noreturn]] void be_the_program(const Plan& plan, int report) {
  Trouble trouble{.doing = prepare(plan), .error = errno};
  if (trouble.doing == nullptr) {
    ::execvpe(plan.arguments[0], plan.arguments.data(), plan.environment.data());
    trouble = {.doing = "exec", .error = errno};
  }
  [[maybe_unused]] const ssize_t written = ::write(report, &trouble, sizeof trouble);
  ::_exit(127);
}

int memory_file(const char* name) {
  const int file = ::memfd_create(name, MFD_CLOEXEC);
  if (file < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
  // Several processes write at once, and without this one of two lines would be lost now and then.
  if (::fcntl(file, F_SETFL, O_APPEND) != 0) throw std::system_error(errno, std::generic_category(), "fcntl");
  return file;
}

std::string contents(int file) {
  std::string text;
  std::array<char, 16'384> piece{};
  for (;;) {
    const ssize_t count = ::pread(file, piece.data(), piece.size(), static_cast<off_t>(text.size()));
    if (count <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
}

// The report pipe closes by itself when the program is executed.
Trouble fork_and_exec(const Plan& plan, pid_t& pid) {
  std::array<int, 2> report{};
  if (::pipe2(report.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  pid = ::fork();
  if (pid == 0) be_the_program(plan, report[1]);
  Trouble trouble{.doing = pid < 0 ? "fork" : nullptr, .error = errno};
  ::close(report[1]);
  if (pid > 0) {
    [[maybe_unused]] const ssize_t count = ::read(report[0], &trouble, sizeof trouble);
  }
  ::close(report[0]);
  return trouble;
}

Plan plan_of(const Command& command) {
  Plan plan{.arguments = pointers(command.arguments),
            .environment_lines = lines_of(command.environment),
            .environment = {},
            .identity = {},
            .mounts = &command.mounts,
            .parent = ::getpid()};
  plan.environment = pointers(plan.environment_lines);
  if (!command.user.empty()) plan.identity = identity_of(command.user);
  return plan;
}

}  // namespace

Environment own_environment() {
  Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string line = *entry;
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos) environment[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return environment;
}

Process::Process(const Command& command) : output_(memory_file("stdout")), errors_(memory_file("stderr")) {
  Plan plan = plan_of(command);
  plan.input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  plan.output = output_;
  plan.errors = errors_;
  const Trouble trouble = fork_and_exec(plan, pid_);
  ::close(plan.input);
  if (trouble.doing != nullptr) {
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    ::close(output_);
    ::close(errors_);
    throw std::system_error(trouble.error, std::generic_category(),
                            "starting " + command.arguments[0] + ": " + trouble.doing);
  }
  // Debian 12's <sys/pidfd.h> forgets extern "C".
  handle_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
}

Process::~Process() {
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::close(handle_);
  ::close(output_);
  ::close(errors_);
}

bool Process::running() const { return !wait(std::chrono::milliseconds(0)); }

void Process::signal(int number) const { ::kill(pid_, number); }

// The dead process is left unreaped until the destructor, so that its number is given to nobody else.
std::optional<int> Process::wait(std::chrono::milliseconds patience) const {
  pollfd ended{.fd = handle_, .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

std::string Process::output() const { return contents(output_); }

std::string Process::errors() const { return contents(errors_); }

std::string run(const Command& command, std::chrono::milliseconds patience) {
  const Process process(command);
  const std::optional<int> status = process.wait(patience);
  if (status == 0) return process.output();
  throw std::runtime_error(command.arguments[0] +
                           (status ? " ended with status " + std::to_string(*status) : " did not end in time") + ": " +
                           process.errors());
}

}  // namespace pgwatch::test
