// Child: runs another program and waits for it. It blocks: it belongs to a job of Host::read_files.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace pgwatch {

struct ChildLimits {
  std::chrono::milliseconds time{std::chrono::seconds{25}};
  std::size_t output = std::size_t{16} << 20U;  // bytes
};

struct ChildEnd {
  int status = 0;        // as waitpid says it
  std::string output{};  // of its standard output
  std::string errors{};  // the beginning of its standard error
};

// No shell, an environment of PATH and LC_ALL alone, nothing to read. At the limits it is ended, with what it started,
// and reaped; then, and where it cannot be run, std::runtime_error tells it. Nothing where there is no such program.
std::optional<ChildEnd> run_child(const std::vector<std::string>& command, const ChildLimits& limits = {});

}  // namespace pgwatch
