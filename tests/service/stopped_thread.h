// StoppedThread: one thread of another process stands still, and the others go on. A signal would stop them all.
//
// The test's thread that made it ends it, too: ptrace wants it so.
#pragma once

#include <sys/types.h>

#include <string>

namespace pgwatch::test {

// By its name; throws std::runtime_error where there is none.
pid_t thread_called(const std::string& name, pid_t process);

class StoppedThread {
 public:
  // It stands still when the constructor returns. Throws std::runtime_error where this machine does not let us.
  explicit StoppedThread(pid_t thread);
  ~StoppedThread();  // goes on
  StoppedThread(const StoppedThread&) = delete;
  StoppedThread& operator=(const StoppedThread&) = delete;

 private:
  pid_t thread_;
};

}  // namespace pgwatch::test
