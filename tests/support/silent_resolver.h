// SilentResolver: a name server that takes every question and answers none, for one program alone.
#pragma once

#include <string>
#include <vector>

#include "tests/support/descriptor.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {

class SilentResolver {
 public:
  // Why it cannot be had here, "" where it can. A test that needs it is skipped with this reason.
  static std::string unavailable();

  SilentResolver();  // throws std::system_error where port 53 of 127.0.0.1 cannot be had

  // A program run with these has this as its only name server; the machine's own files stay as they are.
  std::vector<BindMount> mounts() const;

  std::size_t questions();  // since the beginning

 private:
  Descriptor socket_;
  TemporaryFolder folder_;
  std::size_t questions_ = 0;
};

}  // namespace pgwatch::test
