// PostgresExporter: the real one, run by a test on a server of its own.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/support/exposition.h"
#include "tests/support/process.h"

namespace pgwatch::test {

// That whose metrics are our contract; scripts/peer fetches it where it can.
inline constexpr const char* kContractVersion = "0.19.1";

class PostgresExporter {
 public:
  static std::string why_missing();  // "" where there is one to run; else why not, with the cure
  static std::string version();      // "" where there is none

  // Whether each is on by default, by name.
  static std::map<std::string, bool> collectors();

  enum class Collectors { kDefault, kAll };

  // Answers when the constructor returns. Throws std::runtime_error with its log where it does not.
  explicit PostgresExporter(const std::string& conninfo, Collectors which = Collectors::kAll,
                            const std::string& query_file = "");

  std::uint16_t port() const { return port_; }
  Exposition page() const;
  std::string log() const { return process_.errors(); }

 private:
  std::uint16_t port_;
  Process process_;
};

}  // namespace pgwatch::test
