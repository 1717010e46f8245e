// Options: what --once was told.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pgwatch::once {

enum class Format { kHuman, kJson, kPrometheus };
// 0 ok, 1 warning, 2 critical, 3 unknown; or 0 for ok and warning, 1 for the rest; or 0 whatever was found. An error of
// usage or of writing is 3, and 1 where statuses are binary.
enum class ExitStyle { kNagios, kBinary, kZero };

struct Options {
  std::vector<std::string> checks = {};  // patterns with * and ?; none: all
  Format format = Format::kHuman;
  std::string output = {};  // a file; "" for standard output
  std::chrono::milliseconds timeout{10'000};
  ExitStyle exit_style = ExitStyle::kNagios;
  bool verbose = false;  // every verdict is shown, the good ones too
};

std::optional<Format> read_format(std::string_view word);
std::optional<ExitStyle> read_exit_style(std::string_view word);

// Of arguments that may be wrong, how the complaint is to be made; nothing where none of them is of
// --once or goes with it.
std::optional<Options> manner_of_complaint(std::span<const char* const> arguments);

}  // namespace pgwatch::once
