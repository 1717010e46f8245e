#include "tests/service/stopped_thread.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace pgwatch::test {
namespace {

void must(long result, const std::string& what) {
  if (result >= 0) return;
  throw std::runtime_error("cannot " + what + " a thread: " + std::system_category().message(errno));
}

}  // namespace

pid_t thread_called(const std::string& name, pid_t process) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    std::string found;
    std::getline(std::ifstream(entry.path() / "comm"), found);
    if (found == name) return std::stoi(entry.path().filename());
  }
  throw std::runtime_error("process " + std::to_string(process) + " has no thread " + name);
}

StoppedThread::StoppedThread(pid_t thread) : thread_(thread) {
  must(::ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr), "attach to");
  must(::ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr), "interrupt");
  must(::waitpid(thread_, nullptr, __WALL), "stop");
}

// One that was ended meanwhile stays until its tracer has heard of it.
StoppedThread::~StoppedThread() {
  if (::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr) != 0) ::waitpid(thread_, nullptr, __WALL);
}

}  // namespace pgwatch::test
