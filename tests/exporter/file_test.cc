#include "exporter/util/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/temporary_folder.h"

namespace pgwatch {
namespace {

using testing::HasSubstr;

std::string complaint_of_file(const std::string& path) {
  try {
    read_file(path);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(File, IsReadWhole) {
  const test::TemporaryFolder folder;
  const std::string text = std::string(100'000, 'x') + std::string("\0\n", 2);
  EXPECT_EQ(read_file(folder.write("a", text)), text);
  EXPECT_EQ(read_file(folder.write("b", "")), "");
}

TEST(File, WithAWordIsReadWithoutItsLastNewline) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(read_word(folder.write("a", " secret\r\n\n")), " secret");
}

TEST(File, SaysWhyItCannotBeRead) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(complaint_of_file("/nowhere/file"), "No such file or directory");
  EXPECT_EQ(complaint_of_file(folder.path()), "Is a directory");
}

TEST(File, EndsAtOneMebibyte) {
  const test::TemporaryFolder folder;
  const std::string most(1024 * 1024, 'x');
  EXPECT_EQ(read_file(folder.write("a", most)), most);
  EXPECT_EQ(complaint_of_file(folder.write("a", most + "x")), "larger than 1 MiB");
  EXPECT_EQ(complaint_of_file("/dev/zero"), "larger than 1 MiB");
}

}  // namespace
}  // namespace pgwatch
