// Process: a program run by a test, which never outlives it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/wait.h"

namespace pgwatch::test {

// Shows `source` in the place of `target`.
struct BindMount {
  std::filesystem::path source;
  std::filesystem::path target;
};

using Environment = std::map<std::string, std::string>;

Environment own_environment();

struct Command {
  std::vector<std::string> arguments;  // the program first; without a slash it is looked up in our PATH
  Environment environment = own_environment();
  std::string user = {};               // runs as this user, which takes root; "" is who runs the test
  std::vector<BindMount> mounts = {};  // seen by this program and its children only; takes root
  std::vector<int> passed = {};        // descriptors that are its 3, 4 and so on
};

// One thread at a time. The program is killed when the thread that made the Process ends, however it ends.
class Process {
 public:
  // Throws std::runtime_error naming the program and the cause where it does not start.
  explicit Process(const Command& command);
  ~Process();  // kills it and its process group
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }  // of no other process as long as this object lives
  bool running() const;
  void signal(int number) const;

  // Waits for its end: the exit status, or 128 + the signal that killed it. Nothing where it still runs after that
  // time.
  std::optional<int> wait(std::chrono::milliseconds patience = kPatience) const;

  std::string output() const;  // so far
  std::string errors() const;

 private:
  pid_t pid_ = -1;
  int handle_ = -1;
  int output_ = -1;
  int errors_ = -1;
};

// Runs a program to its end and gives its output. Throws std::runtime_error with its errors where it fails.
std::string run(const Command& command, std::chrono::milliseconds patience = std::chrono::seconds(60));

}  // namespace pgwatch::test
