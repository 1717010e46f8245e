// Prometheus: a real one of a test's own, on 127.0.0.1, gone at the end.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {

class Prometheus {
 public:
  static std::string why_missing();  // "" where there is one to run; else why not, with the cure

  // Scrapes twice a second what `targets` lists, in the form of static_configs. Answers when the constructor returns;
  // throws std::runtime_error with its log where it does not.
  explicit Prometheus(const std::string& targets);

  // What an instant query gives: the value of each of its series. Throws std::runtime_error with the answer where it is
  // no query.
  std::vector<double> values(const std::string& expression) const;

 private:
  TemporaryFolder folder_;
  std::uint16_t port_;
  Process process_;
};

}  // namespace pgwatch::test
