// NotifySocket: what a service manager listens on for the word of its services, NOTIFY_SOCKET, in a test's hands.
//
// One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/descriptor.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait.h"

namespace pgwatch::test {

class NotifySocket {
 public:
  enum class Kind { kPath, kAbstract };

  explicit NotifySocket(Kind kind = Kind::kPath);

  const std::string& name() const { return name_; }  // for NOTIFY_SOCKET

  // The next message; nothing where none comes in time.
  std::optional<std::string> next(std::chrono::milliseconds patience = kPatience);
  // The next one that begins so; those before it are kept in heard(), and gone.
  std::optional<std::string> next_with(const std::string& beginning, std::chrono::milliseconds patience = kPatience);
  const std::vector<std::string>& heard() const { return heard_; }

  // Fills its queue, so that no other message has room, until something is read.
  void fill();

 private:
  TemporaryFolder folder_;
  std::string name_;
  Descriptor socket_;
  std::vector<std::string> heard_;
};

}  // namespace pgwatch::test
