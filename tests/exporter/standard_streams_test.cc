#include "exporter/util/standard_streams.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

namespace pgwatch {
namespace {

std::string target_of(int stream) {
  return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(stream)).string();
}

// In a process of its own, which ends with 0 where all is well.
template <typename Check>
void expect_in_child(Check check) {
  EXPECT_EXIT(std::_Exit(check() ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST(StandardStreams, AreOpenedWhereTheyAreClosed) {
  expect_in_child([] {
    for (const int stream : {0, 1, 2}) ::close(stream);
    open_standard_streams();
    return target_of(0) == "/dev/null" && target_of(1) == "/dev/null" && target_of(2) == "/dev/null";
  });
  expect_in_child([] {
    ::close(2);
    open_standard_streams();
    return target_of(2) == "/dev/null";
  });
}

// A result that goes nowhere is no success; a log that nobody keeps is.
TEST(StandardStreams, ThatWereClosedTakeNoOutputButTheLog) {
  expect_in_child([] {
    for (const int stream : {0, 1, 2}) ::close(stream);
    open_standard_streams();
    return ::write(1, "x", 1) < 0 && ::write(2, "x", 1) == 1;
  });
}

TEST(StandardStreams, AreLeftAloneWhereTheyAreOpen) {
  expect_in_child([] {
    int ends[2];
    if (::pipe(ends) != 0 || ::dup2(ends[1], 2) != 2) return false;
    ::close(1);
    open_standard_streams();
    return target_of(2).starts_with("pipe:") && target_of(1) == "/dev/null";
  });
}

}  // namespace
}  // namespace pgwatch
